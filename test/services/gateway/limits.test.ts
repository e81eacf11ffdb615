import { expect, test } from "vitest";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { WIRES } from "../../support/engine-edges.ts";
import { flood } from "../../support/flood.ts";
import { startFakeEngine, startTestGateway } from "../../support/gateway.ts";
import { usedHeap } from "../../support/heap.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

/** Most that the gateways of these tests take for one reply. */
const MAX = 100_000;

const { piece, thought } = WIRES.chat;
const LONG = "x".repeat(64 * 1024);

/** What an engine may send without end: a beginning, and what follows it for ever. */
const ENDLESS = {
  "pieces of text": { again: piece("word "), text: MAX },
  "pieces longer than the limit": { again: piece("é".repeat(2 * MAX)), text: MAX },
  "wide characters": { first: piece("x"), again: piece("🏛"), text: MAX - 1 },
  thoughts: { first: piece("so "), again: thought("hm"), text: 3 },
  "blank lines": { first: piece("so "), again: "\n".repeat(10_000), text: 3 },
  "lines that say nothing": { again: piece(""), text: 0 },
  "one thought after another with a word": { again: thought("hm") + piece("a"), text: MAX / 3 },
} as const;

/** An engine that sends this without end; `closed` resolves when the gateway has hung up. */
async function startEndlessEngine(again: string, first = "") {
  const closed = Promise.withResolvers<void>();
  const engineUrl = await startFakeEngine((_, response) => {
    void flood(response, first, again).then(closed.resolve);
  });
  return { engineUrl, closed: closed.promise };
}

test.each(Object.entries(ENDLESS))(
  "an engine that sends %s: the reply ends with what fits, and the engine stops",
  async (_, { again, text, ...rest }) => {
    const { engineUrl, closed } = await startEndlessEngine(again, "first" in rest ? rest.first : "");
    const gateway = await startTestGateway({ engineUrl, maxReplyChars: MAX });
    const reader = await gateway.chat();
    await reader.ended;
    await closed;
    expect(findGrammarFault(reader.events)).toBeUndefined();
    expect(reader.text).toHaveLength(Math.floor(text));
    expect(reader.text.isWellFormed()).toBe(true);
    expect(reader.events).toContainEqual(
      expect.objectContaining({ code: "reply_too_long", message: expect.stringContaining(String(MAX)) }),
    );
    expect(shapeOf(reader.events)).toMatch(/error error (usage )?done\(error\)$/);
  },
);

test("a reply that fits exactly ends as the engine ends it", async () => {
  const { final } = WIRES.chat;
  const engineUrl = await startFakeEngine((_, response) => {
    response.end(piece("x".repeat(MAX - 10)) + thought("0123456789") + final());
  });
  const gateway = await startTestGateway({ engineUrl, maxReplyChars: MAX });
  const reader = await gateway.chat();
  await reader.ended;
  expect(reader.text).toHaveLength(MAX - 10);
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
});

test("a line that never ends is given up, with what came before it", async () => {
  const { engineUrl, closed } = await startEndlessEngine("x", `${piece("so ")}{"message":{"content":"`);
  const gateway = await startTestGateway({ engineUrl });
  const before = usedHeap();
  const reader = await gateway.chat();
  await reader.ended;
  await closed;
  expect(reader.text).toBe("so ");
  expect(reader.events).toContainEqual(
    expect.objectContaining({
      code: "engine_error",
      message: expect.stringContaining("a line is longer than"),
    }),
  );
  expect(usedHeap() - before).toBeLessThan(2_000_000);
});

test("of an error body without end its beginning is told", async () => {
  let closed = false;
  const engineUrl = await startFakeEngine((_, response) => {
    response.writeHead(500);
    void flood(response, "", LONG).then(() => {
      closed = true;
    });
  });
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  await eventually(() => expect(closed).toBe(true));
  const error = reader.events.find((event) => event.type === "error");
  expect(error).toMatchObject({ code: "engine_error", message: expect.stringContaining("xxx") });
  expect(error?.message.length).toBeLessThan(2_100);
});

test("an error whose body never comes is told after ten seconds", async () => {
  const engineUrl = await startFakeEngine((_, response) => {
    response.writeHead(500).write('{"error":');
  });
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  expect(reader.events).toContainEqual(
    expect.objectContaining({ code: "engine_error", message: 'The engine failed: {"error":' }),
  );
});

test("an error line without end is told in part", async () => {
  const engineUrl = await startFakeEngine((_, response) => {
    response.end(`${JSON.stringify({ error: LONG })}\n`);
  });
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  const error = reader.events.find((event) => event.type === "error");
  expect(error?.message).toMatch(/^The engine failed in mid-reply: x{1000,2000}$/);
});

test("when its readers left, an engine is asked for no more than one that comes back may be behind", async () => {
  let sent = 0;
  const engineUrl = await startFakeEngine((_, response) => {
    const go = (): void => {
      let goesOn = true;
      while (goesOn && !response.destroyed) {
        goesOn = response.write(piece("word ".repeat(1_000)));
        sent += 5_000;
      }
    };
    response.on("drain", go);
    go();
  });
  const gateway = await startTestGateway({ engineUrl, maxReplyChars: 2 ** 28 });
  const reader = await gateway.chat();
  await eventually(() => expect(reader.text.length).toBeGreaterThan(100_000));
  reader.leave();
  let before = -1;
  await eventually(() => {
    const now = sent;
    const isStill = now === before;
    before = now;
    expect(isStill).toBe(true);
  });
  const stoppedAt = sent;
  const again = await gateway.chat({}, { "last-event-id": reader.ids.at(-1) ?? "" });
  await eventually(() => expect(sent).toBeGreaterThan(stoppedAt));
  again.leave();
});

test("a reply that takes too long ends with what has come, and the engine stops", async () => {
  let isOpen = true;
  const engineUrl = await startFakeEngine((_, response) => {
    response.on("close", () => {
      isOpen = false;
    });
    response.write(thought("hm") + piece("so ") + piece("far"));
  });
  const gateway = await startTestGateway({ engineUrl, stream: { max_reply_ms: 300 } });
  const reader = await gateway.chat();
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(shapeOf(reader.events)).toMatch(/thought token error error usage done\(error\)$/);
  expect(reader.text).toBe("so far");
  expect(reader.events).toContainEqual(
    expect.objectContaining({ code: "reply_timeout", message: expect.stringContaining("0.3 s") }),
  );
  await eventually(() => expect(isOpen).toBe(false));
});

test("an engine that never says anything is given up after the same time", async () => {
  const engineUrl = await startFakeEngine(() => undefined);
  const gateway = await startTestGateway({ engineUrl, stream: { max_reply_ms: 100 } });
  const reader = await gateway.chat();
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing error error done(error)");
  const next = await gateway.chat({ message_id: "2" });
  await next.ended;
  expect(next.events).toContainEqual(expect.objectContaining({ code: "reply_timeout" }));
});

test("a reply that is done in time is not ended by the clock", async () => {
  const gateway = await startTestGateway({ stream: { max_reply_ms: 60_000 } });
  const reader = await gateway.chat();
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
});

test("a model that says the same again and again is told once, and goes on", async () => {
  const { final } = WIRES.chat;
  const lines = Array.from({ length: 400 }, () => piece("Hello! ")).join("");
  const engineUrl = await startFakeEngine((_, response) => response.end(lines + final()));
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(shapeOf(reader.events)).toBe(
    "started planning executing token repeating token complete usage done(stop)",
  );
  expect(reader.text).toBe("Hello! ".repeat(400));
});
