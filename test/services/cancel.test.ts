import { expect, test } from "vitest";
import { findGrammarFault } from "../../src/contract/stream-grammar.ts";
import { createEngineClient } from "../../src/services/gateway/engine-client.ts";
import type { StandInOptions } from "../../src/services/stand-in-engine/start-stand-in.ts";
import type { Overrides } from "../../src/services/start-services.ts";
import { sumEventLoopStalls } from "../support/event-loop-stalls.ts";
import { generationsOf, startTestEngine, startTestGateway } from "../support/gateway.ts";
import { leaveReply, startLeftGateway, startTestHmi } from "../support/restarted-hmi.ts";
import { startTestStack } from "../support/stack.ts";
import { exchangeOf, openConversation, openTestStore, ownOf } from "../support/store.ts";
import { eventually, type StreamReader } from "../support/streams.ts";

/** How soon after a cancel the engine must have stopped (contract, section 2), in milliseconds. */
const STOPPED_WITHIN_MS = 250;

/** A moment in a reply's life, and how it is come by. */
interface Moment {
  readonly when: string;
  readonly standIn?: StandInOptions;
  /** The engine is held back by the gateway's client, for ever. */
  readonly isHeldBack?: boolean;
  readonly isThere: (reader: StreamReader, engine: string) => void | Promise<void>;
}

const NEVER_MS = 600_000;

const isAsked = async (_: StreamReader, engine: string) =>
  expect(await generationsOf(engine)).toHaveLength(1);

const MOMENTS: readonly Moment[] = [
  { when: "right after it was sent", standIn: { tokenDelayMs: 20 }, isThere: () => undefined },
  { when: "before the engine is asked", isHeldBack: true, isThere: () => undefined },
  { when: "while the model loads", standIn: { loadMs: NEVER_MS }, isThere: isAsked },
  { when: "while it waits for a slot", standIn: { parallel: 0 }, isThere: isAsked },
  {
    when: "in mid-reply",
    standIn: { tokenDelayMs: 5 },
    isThere: (reader) => expect(reader.text.length).toBeGreaterThan(10),
  },
  {
    when: "in the engine's silence",
    standIn: { tokenDelayMs: NEVER_MS },
    isThere: (reader) => expect(reader.text).not.toBe(""),
  },
  {
    when: "in a flood of tokens",
    standIn: { replyTokens: 1_000_000 },
    isThere: (reader) => expect(reader.text).not.toBe(""),
  },
];

/** An engine client whose replies are never asked for. */
const heldBack: NonNullable<Overrides["engine"]> = (real) => ({
  ...real,
  async *chat(_, signal) {
    await new Promise<void>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  },
});

/** A cancel is sent now. All services are in this process: what holds that up holds the stop up. */
function noteCancel(): { readonly at: number; readonly heldUpMs: () => number } {
  return { at: Date.now(), heldUpMs: sumEventLoopStalls() };
}

/** The engine stopped each reply in time after the cancel that met it, if it was asked at all. */
async function expectStopped(
  engine: string,
  ...cancels: readonly ReturnType<typeof noteCancel>[]
): Promise<void> {
  await eventually(async () => {
    for (const { ended } of await generationsOf(engine)) expect(ended).not.toBe("running");
  });
  for (const { ended, started_at, ended_at } of await generationsOf(engine)) {
    expect(ended).toBe("aborted");
    const cancel = cancels.find(({ at }) => at >= Date.parse(started_at)) ?? cancels.at(-1);
    const tookMs = Date.parse(ended_at ?? "") - (cancel?.at ?? 0);
    expect(tookMs).toBeLessThan(STOPPED_WITHIN_MS + (cancel?.heldUpMs() ?? 0));
  }
}

test.each(MOMENTS)("a cancel at the HMI $when", async ({ standIn, isHeldBack, isThere }) => {
  const engineUrl = await startTestEngine(standIn);
  const stack = await startTestStack({ engineUrl, overrides: isHeldBack ? { engine: heldBack } : {} });
  const { sent, reader } = await stack.send({ message: "Count to 1000" });
  const otherTab = await stack.stream(sent.session_id);
  await eventually(() => isThere(reader, engineUrl));
  const cancelled = noteCancel();
  expect((await stack.cancel(sent.session_id)).json).toEqual({
    status: "cancelled",
    session_id: sent.session_id,
    message_id: sent.assistant_message_id,
  });
  // As long as the first: a short reply can be at its own end before its cancel comes.
  const next = await stack.post({ message: "Count to 1000", session_id: sent.session_id });
  expect(next.status, "the next message is taken at once").toBe(200);
  const nextCancelled = noteCancel();
  await stack.cancel(sent.session_id);
  await Promise.all([reader.ended, otherTab.ended]);
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
  expect([otherTab.text, otherTab.events.at(-1)]).toEqual([reader.text, reader.events.at(-1)]);
  expect((await stack.messages(sent.session_id))[1]).toMatchObject({
    content: reader.text,
    status: "cancelled",
    finish_reason: "cancelled",
  });
  await expectStopped(engineUrl, cancelled, nextCancelled);
});

test.each(MOMENTS)("a cancel at the gateway $when", async ({ standIn, isHeldBack, isThere }) => {
  const engineUrl = await startTestEngine(standIn);
  const client = createEngineClient("chat", { url: engineUrl });
  const engine = isHeldBack ? { engine: heldBack(client) } : {};
  const gateway = await startTestGateway({ engineUrl, ...engine });
  const request = { content: "Count to 1000" };
  const [reader, other] = [await gateway.chat(request), await gateway.chat(request)];
  await eventually(() => isThere(reader, engineUrl));
  const cancelled = noteCancel();
  expect((await gateway.cancel()).json).toMatchObject({ status: "cancelled", message_id: "1" });
  await Promise.all([reader.ended, other.ended]);
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "cancelled" });
  expect(other.text).toBe(reader.text);
  await expectStopped(engineUrl, cancelled);
});

test("two cancels at once are one cancel", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20 });
  const { sent, reader } = await stack.send({ message: "Count to 1000" });
  const { session_id } = sent;
  const answers = await Promise.all([stack.cancel(session_id), stack.cancel(session_id)]);
  expect(answers.map(({ json }) => json.status).sort()).toEqual(["cancelled", "idle"]);
  // Also where the answer is idle, the next message is taken at once.
  expect((await stack.post({ message: "Count to 3", session_id })).status).toBe(200);
  await reader.ended;
  expect((await stack.messages(session_id))[1]).toMatchObject({ content: reader.text, status: "cancelled" });
});

test("cancels and replies that end at the same time never leave the conversation taken", async () => {
  const stack = await startTestStack({ tokenDelayMs: 1 });
  const { session_id } = await stack.newSession();
  for (let turn = 0; turn < 20; turn += 1) {
    const { status } = await stack.post({ message: "Count to 3", session_id });
    expect(status).toBe(200);
    await Promise.all([stack.cancel(session_id), stack.cancel(session_id)]);
  }
  const rows = await stack.messages(session_id);
  expect(rows).toHaveLength(40);
  for (const { status } of rows) expect(status).toMatch(/^(complete|cancelled)$/);
});

test("a cancel of a reply that is taken up after a restart stops the engine in time", async () => {
  const left = await leaveReply();
  const engineUrl = await startTestEngine({ tokenDelayMs: 20 });
  const gateway = await startLeftGateway(left, { engineUrl });
  const hmi = await startTestHmi(left.store, gateway.url);
  const reader = await hmi.stream(left.sessionId);
  await eventually(() => expect(reader.text).not.toBe(""));
  const cancelled = noteCancel();
  expect((await hmi.cancel(left.sessionId)).json.status).toBe("cancelled");
  await reader.ended;
  expect(await ownOf(left.store).messages.find(left.replyId)).toMatchObject({
    content: reader.text,
    status: "cancelled",
  });
  await expectStopped(engineUrl, cancelled);
});

test("a cancel while the summary is made stops that, and costs nothing", async () => {
  const { store, own, path } = openTestStore();
  const session_id = await openConversation(own, null);
  for (let number = 1; number <= 31; number += 1) {
    await exchangeOf(store, session_id, `question ${number}`, `answer ${number}`);
  }
  const engineUrl = await startTestEngine();
  const engine: Overrides["engine"] = (real) => ({
    ...real,
    // The summary is slow, so that the cancel finds it in the making.
    chat: (request, signal) => real.chat({ ...request, options: paceOf(request.messages) }, signal),
  });
  const stack = await startTestStack({ storePath: path, engineUrl, overrides: { engine } });
  await (await stack.send({ message: "Count to 3", session_id })).reader.ended;
  await eventually(async () => expect(await generationsOf(engineUrl)).toHaveLength(2));
  const cancelled = noteCancel();
  expect((await stack.cancel(session_id)).json.status).toBe("idle");
  await eventually(async () =>
    expect((await generationsOf(engineUrl))[1]).toMatchObject({ ended: "aborted" }),
  );
  const stoppedAt = Date.parse((await generationsOf(engineUrl))[1]?.ended_at ?? "");
  expect(stoppedAt - cancelled.at).toBeLessThan(STOPPED_WITHIN_MS + cancelled.heldUpMs());
  const rows = await stack.messages(session_id);
  expect(rows.filter((row) => row.message_type === "summary")).toEqual([]);
  expect(rows.at(-1)).toMatchObject({ content: "1, 2, 3", status: "complete" });
});

function paceOf(messages: readonly { readonly content: string }[]): { stand_in_token_ms: number } {
  const isSummary = messages[0]?.content.startsWith("Summarise") ?? false;
  return { stand_in_token_ms: isSummary ? NEVER_MS : 0 };
}
