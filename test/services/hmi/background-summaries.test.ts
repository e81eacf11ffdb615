import { expect, test } from "vitest";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import type { ChatRequest } from "../../../src/contract/gateway-schemas.ts";
import type { GatewayClient } from "../../../src/services/hmi/gateway-client.ts";
import type { InProcessStackOptions } from "../../../src/services/in-process-stack.ts";
import { EXECUTING, PLANNING, token, USAGE } from "../../support/fake-gateway.ts";
import { createSession } from "../../support/hmi.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { exchangeOf, openConversation, openTestStore } from "../../support/store.ts";
import { eventually } from "../../support/streams.ts";
import { readUserEvents } from "../../support/user-events.ts";

/** A stack with one conversation of this many exchanges; summaries are asked of `summarise`. */
async function startWith(
  exchanges: number,
  summarise?: GatewayClient["chat"],
  options: Pick<InProcessStackOptions, "summaryQuietMs"> = {},
) {
  const { store, own, path } = openTestStore();
  const sessionId = await openConversation(own, null);
  for (let number = 1; number <= exchanges; number += 1) {
    await exchangeOf(store, sessionId, `question ${number}`, `answer ${number}`);
  }
  const gateway = (real: GatewayClient): GatewayClient => ({
    ...real,
    chat: (request, signal) => {
      const isSummary = request.session_id.startsWith("summary-of-");
      return isSummary && summarise ? summarise(request, signal) : real.chat(request, signal);
    },
  });
  const stack = await startTestStack({ ...options, storePath: path, overrides: { gateway } });
  return { stack, sessionId, say: (message: string) => sayIn(stack, sessionId, message) };
}

async function sayIn(stack: TestStack, session_id: string, message: string): Promise<void> {
  await (await stack.send({ message, session_id })).reader.ended;
}

async function summariesOf(stack: TestStack, sessionId: string): Promise<string[]> {
  const rows = await stack.messages(sessionId);
  return rows.filter((row) => row.message_type === "summary").map((row) => row.content);
}

test("60 messages have no summary, the 61st brings one of all but the last 30", async () => {
  const asked: ChatRequest[] = [];
  const { stack, sessionId, say } = await startWith(29, async function* (request) {
    asked.push(await request.question());
    yield endingWith("the gist", { type: "status_update", status: "complete" }, "stop");
  });
  const page = await readUserEvents(stack.hmi);
  await say("Say: answer 30");
  await say("Say: answer 31");
  await eventually(async () => expect(await summariesOf(stack, sessionId)).toEqual(["the gist"]));
  expect(asked).toHaveLength(1);
  const summary = (await stack.messages(sessionId)).find(({ message_type }) => message_type === "summary");
  const covered = (await stack.messages(sessionId)).find(({ content }) => content === "answer 16");
  expect(summary?.covers_until).toBe(covered?.message_id);
  const { covers_until } = summary ?? {};
  await eventually(() =>
    expect(page.events).toContainEqual({ type: "summary_made", session_id: sessionId, covers_until }),
  );
  const transcript = asked[0]?.messages?.at(-1)?.content.split("\n");
  expect(transcript).toHaveLength(32);
  expect(transcript?.slice(-2)).toEqual(["user: question 16", "assistant: answer 16"]);
});

test("the next summary builds on the one before", async () => {
  const asked: string[] = [];
  const { stack, sessionId, say } = await startWith(30, async function* (request) {
    asked.push((await request.question()).messages?.at(-1)?.content ?? "");
    yield endingWith(`gist ${asked.length}`, { type: "status_update", status: "complete" }, "stop");
  });
  await say("Say: answer 31");
  // One that gave way to all the messages that follow would leave nothing for a second.
  await eventually(async () => expect(await summariesOf(stack, sessionId)).toEqual(["gist 1"]));
  for (let number = 32; number <= 47; number += 1) await say(`Say: answer ${number}`);
  await eventually(async () => expect(await summariesOf(stack, sessionId)).toEqual(["gist 1", "gist 2"]));
  expect(asked[1]).toMatch(/^Earlier: gist 1\nuser: question 17\n/);
});

test.each<[string, StreamEvent[]]>([
  ["was cancelled", endingWith("half", { type: "status_update", status: "cancelled" }, "cancelled")],
  ["is empty", endingWith("", { type: "status_update", status: "complete" }, "stop")],
  ["stopped without done", [PLANNING, EXECUTING, token("half")]],
  [
    "failed",
    [
      PLANNING,
      EXECUTING,
      token("half"),
      { type: "status_update", status: "error" },
      { type: "error", code: "engine_error", message: "It broke." },
      { type: "done", finish_reason: "error" },
    ],
  ],
])(
  "a summary that %s does not stand for anything, and is tried again after the next reply",
  async (_, events) => {
    let asked = 0;
    const { stack, sessionId, say } = await startWith(30, async function* () {
      asked += 1;
      yield asked === 1 ? events : endingWith("whole", { type: "status_update", status: "complete" }, "stop");
    });
    await say("Say: answer 31");
    await eventually(() => expect(asked).toBe(1));
    await say("Say: answer 32");
    await eventually(async () => expect(await summariesOf(stack, sessionId)).toEqual(["whole"]));
  },
);

test("a summary gives way to the next message at once, and is made after it", async () => {
  let asked = 0;
  const { stack, sessionId, say } = await startWith(30, async function* (_, signal) {
    asked += 1;
    if (asked === 1) {
      await new Promise<void>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    }
    yield endingWith("whole", { type: "status_update", status: "complete" }, "stop");
  });
  await say("Say: answer 31");
  await eventually(() => expect(asked).toBe(1));
  await say("Say: answer 32");
  await eventually(async () => expect(await summariesOf(stack, sessionId)).toEqual(["whole"]));
  expect(asked).toBe(2);
});

test("a summary waits until nobody has been answered for a moment", async () => {
  let asked = 0;
  const summarise: GatewayClient["chat"] = async function* () {
    asked += 1;
    yield endingWith("whole", { type: "status_update", status: "complete" }, "stop");
  };
  const hasty = await startWith(30, summarise, { summaryQuietMs: 60_000 });
  await hasty.say("Say: answer 31");
  await hasty.say("Say: answer 32");
  expect([asked, await summariesOf(hasty.stack, hasty.sessionId)]).toEqual([0, []]);
  const quiet = await startWith(30, summarise, { summaryQuietMs: 20 });
  await quiet.say("Say: answer 31");
  await eventually(async () => expect(await summariesOf(quiet.stack, quiet.sessionId)).toEqual(["whole"]));
});

test("a long conversation does not wait for a quiet moment for each short one that was answered before it", async () => {
  const { stack, sessionId, say } = await startWith(
    30,
    async function* () {
      yield endingWith("whole", { type: "status_update", status: "complete" }, "stop");
    },
    { summaryQuietMs: 1_000 },
  );
  // One such moment for each would be far more than is waited for below.
  for (let number = 1; number <= 30; number += 1) {
    await sayIn(stack, await createSession(stack.hmi, null), `Say: ${number}`);
  }
  await say("Say: answer 31");
  await eventually(async () => expect(await summariesOf(stack, sessionId)).toEqual(["whole"]));
});

test("stopping the stack does not wait for a summary", async () => {
  let asked = 0;
  const { stack, say } = await startWith(30, async function* (_, signal) {
    asked += 1;
    yield [PLANNING];
    await new Promise<void>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  });
  await say("Say: answer 31");
  await eventually(() => expect(asked).toBe(1));
  await stack.close();
});

function endingWith(
  text: string,
  status: StreamEvent & { type: "status_update" },
  finish_reason: "stop" | "cancelled",
): StreamEvent[] {
  return [
    PLANNING,
    EXECUTING,
    ...(text === "" ? [] : [token(text)]),
    status,
    USAGE,
    { type: "done", finish_reason },
  ];
}
