import { expect, test } from "vitest";
import type { WireDescription } from "../../../src/contract/wire-description.ts";
import { connectDriver } from "../../../src/targets/drivers/define-driver.ts";
import { textOf } from "../../../src/targets/drivers/reply-facts.ts";
import { described } from "../../../src/targets/drivers/shipped/described-driver.ts";
import { createHttpClient } from "../../../src/targets/http-client.ts";
import { describedChatAt } from "../../support/described-chat.ts";
import { serveRoutes } from "../../support/routes.ts";

const WIRE: WireDescription = {
  service: "hmi",
  send: { request: "POST /jobs", body: { say: "{text}" }, told: { reply: "@header.location" } },
  read: { request: "GET /jobs/{reply}", every_ms: 10 },
  stream: {
    framing: "polled",
    text: { at: "sofar", cumulative: true },
    failure: { message: "error" },
    done: { where: { state: "over" } },
  },
};

const answers = [{ state: "queued" }, { state: "on", sofar: "Riv" }, { state: "on", sofar: "Rivers" }];

/** A job whose answers come one after the other; the last one again and again. */
async function startJobs(...more: readonly (object | undefined)[]) {
  let asked = 0;
  const url = await serveRoutes({
    "POST /jobs": ({ response }) => response.writeHead(202, { location: "/jobs/17" }).end() && undefined,
    "GET /jobs/17": ({ response }) => {
      const all = [...answers, ...more];
      const answer = all[Math.min(asked, all.length - 1)];
      asked += 1;
      return answer ?? (response.writeHead(500).end("gone") && undefined);
    },
  });
  return { chat: describedChatAt(url, WIRE), asked: () => asked };
}

const place = { modelId: null, options: {} };
const message = { place, conversation: null, text: "Why?" };
const signal = AbortSignal.timeout(10_000);

test("a reply is asked for until its end is told, and its text is told once", async () => {
  const { chat, asked } = await startJobs({ state: "over", sofar: "Rivers do." });
  const sent = await chat.send(message, signal);
  expect(sent.reply).toBe("17");
  const seen = await sent.read({ signal }).ended;
  expect(textOf(seen)).toBe("Rivers do.");
  expect(seen).toMatchObject({ status: 200, end: "closed", request: "GET /jobs/17" });
  expect(asked()).toBe(4);
  expect(chat.missingAbilities["push replies"]).toContain("when its words were written is not told");
});

test("a reply that is told to have failed has ended, also by a wire without a word for its end of that kind", async () => {
  const { chat, asked } = await startJobs({ state: "kaput", error: "no memory", sofar: "Rivers" });
  const seen = await (await chat.send(message, signal)).read({ signal }).ended;
  expect(seen).toMatchObject({ end: "closed" });
  expect(seen.facts.at(-1)).toMatchObject({ kind: "failure", message: "no memory" });
  expect(asked()).toBe(4);
});

test("a failure's field that is empty in an answer tells of none", async () => {
  const { chat } = await startJobs(
    { state: "on", error: "" },
    { state: "over", sofar: "Rivers do.", error: "" },
  );
  const seen = await (await chat.send(message, signal)).read({ signal }).ended;
  expect(textOf(seen)).toBe("Rivers do.");
  expect(seen.facts.map(({ kind }) => kind)).not.toContain("failure");
});

test("an answer that is refused cuts the reply, and leaving it stops the questions", async () => {
  const cut = await (await (await startJobs(undefined)).chat.send(message, signal)).read({ signal }).ended;
  expect(cut.end).toBe("cut");
  expect(textOf(cut)).toBe("Rivers");
  const { chat, asked } = await startJobs();
  const reading = (await chat.send(message, signal)).read({
    signal,
    onFact: ({ kind }) => kind === "text" && reading.leave(),
  });
  expect((await reading.ended).end).toBe("given-up");
  expect(asked()).toBe(2);
});

test("without the call that is repeated nothing is asked", async () => {
  const context = {
    client: createHttpClient("http://127.0.0.1:1"),
    model: null,
    agent: "a",
    user: "",
    token: "",
    isStandIn: false,
  };
  const { read: _, ...unread } = WIRE;
  await expect(connectDriver(described, { ...context, settings: unread })).rejects.toThrow(
    "contract.wire.read",
  );
});

/** A wire that has no word for the end, and a job whose answers have these statuses. */
async function startAccepting(...told: readonly (readonly [number, object])[]) {
  let asked = 0;
  const url = await serveRoutes({
    "POST /jobs": ({ response }) => response.writeHead(202, { location: "/jobs/17" }).end() && undefined,
    "GET /jobs/17": ({ response }) => {
      const [status, answer] = told[Math.min(asked, told.length - 1)] ?? [500, {}];
      asked += 1;
      response.writeHead(status, { "content-type": "application/json" });
      return response.end(JSON.stringify(answer)) && undefined;
    },
  });
  const { done: _, ...stream } = WIRE.stream;
  return { chat: describedChatAt(url, { ...WIRE, stream }), asked: () => asked };
}

test("where nothing tells the end, the last answer is neither 202 nor 204, and is asked for once more", async () => {
  const { chat, asked } = await startAccepting(
    [202, {}],
    [202, { sofar: "Riv" }],
    [200, { sofar: "Rivers." }],
  );
  const seen = await (await chat.send(message, signal)).read({ signal }).ended;
  expect(textOf(seen)).toBe("Rivers.");
  expect(seen.facts.at(-1)).toMatchObject({ kind: "done", reason: null });
  expect(asked()).toBe(4);
});

test("a failure needs no word for the end", async () => {
  const { chat, asked } = await startAccepting([202, {}], [200, { error: "no memory" }]);
  const seen = await (await chat.send(message, signal)).read({ signal }).ended;
  expect(seen.facts.at(-1)).toMatchObject({ kind: "failure", message: "no memory" });
  expect(asked()).toBe(2);
});

test("where answers grow that say by their status that they are whole, nothing is judged", async () => {
  const { chat } = await startAccepting([200, { sofar: "Riv" }], [200, { sofar: "Rivers" }]);
  const reading = (await chat.send(message, signal)).read({ signal });
  await expect(reading.ended).rejects.toMatchObject({
    name: "NotObservable",
    settings: ["contract.wire.stream.done"],
  });
});
