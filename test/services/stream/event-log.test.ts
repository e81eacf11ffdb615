import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEventId } from "../../../src/contract/event-id.ts";
import type { StreamEvent } from "../../../src/contract/events.ts";
import { parseEventData } from "../../../src/contract/sse.ts";
import { createSseDecoder } from "../../../src/contract/sse-decoder.ts";
import { EventLog, type EventReader } from "../../../src/services/stream/event-log.ts";
import { legalStream } from "../../support/arbitraries.ts";
import { usedHeap } from "../../support/heap.ts";
import { textOf } from "../../support/streams.ts";

const PLANNING: StreamEvent = { type: "status_update", status: "planning" };
const DONE: StreamEvent = { type: "done", finish_reason: "stop" };
const token = (content: string): StreamEvent => ({ type: "token", content });

/** A reader that may leave and come back, and what it was given in all. */
class Client {
  readonly events: StreamEvent[] = [];
  readonly #log: EventLog;
  #position: number | undefined;
  #reader: EventReader;

  constructor(log: EventLog, position?: number) {
    this.#log = log;
    this.#position = position;
    this.#reader = log.read(position);
  }

  take(): void {
    for (let text = this.#reader.take(); text !== ""; text = this.#reader.take()) this.#decode(text);
  }

  comeBack(): void {
    // Who was told the end has no reason to.
    if (this.events.at(-1)?.type === "done") return;
    this.#reader.leave();
    this.#reader = this.#log.read(this.#position);
  }

  get finished(): boolean {
    return this.#reader.finished;
  }

  #decode(text: string): void {
    const decoder = createSseDecoder({
      onMessage: ({ id, data }) => {
        const event = parseEventData(data);
        if ("malformed" in event) throw new Error(event.malformed);
        this.events.push(event);
        this.#position = parseEventId(id)?.position;
      },
    });
    decoder.push(Buffer.from(text));
  }
}

const STEPS = {
  append: (log: EventLog, pending: StreamEvent[], _: Client[], number: number) =>
    log.append(...pending.splice(0, number)),
  join: (log: EventLog, _: StreamEvent[], clients: Client[]) => clients.push(new Client(log)),
  take: (_: EventLog, __: StreamEvent[], clients: Client[], number: number) =>
    clients[number % clients.length]?.take(),
  comeBack: (_: EventLog, __: StreamEvent[], clients: Client[], number: number) =>
    clients[number % clients.length]?.comeBack(),
};

const anySteps = fc.array(
  fc.tuple(fc.constantFrom(...(Object.keys(STEPS) as (keyof typeof STEPS)[])), fc.nat(4)),
);

test("readers that come late, leave and come back get each character and each event once", () => {
  fc.assert(
    fc.property(legalStream, anySteps, (events, steps) => {
      const log = new EventLog("m");
      const pending = [...events];
      const clients = [new Client(log)];
      for (const [step, number] of steps) STEPS[step](log, pending, clients, number);
      log.append(...pending);
      for (const client of clients) {
        client.take();
        expect(client.finished).toBe(true);
        expect(textOf(client.events)).toBe(textOf(events));
        expect(client.events.filter(isNoToken)).toEqual(events.filter(isNoToken));
      }
    }),
  );
});

test("a reader that comes back to any place in the text gets exactly what it lacks", () => {
  fc.assert(
    fc.property(legalStream, fc.nat(), fc.nat(), (events, size, at) => {
      const log = new EventLog("m");
      const pending = [...events];
      while (pending.length > 0) log.append(...pending.splice(0, (size % 4) + 1));
      const text = textOf(events);
      const seen = at % (text.length + 1);
      fc.pre(text.slice(seen).isWellFormed());
      const client = new Client(log, 2 + seen);
      client.take();
      expect(textOf(client.events)).toBe(text.slice(seen));
      expect(client.events.at(-1)).toEqual(events.at(-1));
    }),
  );
});

test("a place inside a wide character still gives whole characters", () => {
  const log = new EventLog("m");
  log.append(PLANNING, { type: "status_update", status: "executing" }, token("a🏛b"));
  for (let position = 2; position < 6; position += 1) {
    const client = new Client(log, position);
    client.take();
    expect(textOf(client.events)).toMatch(/b$/);
  }
});

test.each([8, 9, 10, 1_000])(
  "a reader that saw more than was saved (position %i) is still given the ending",
  (position) => {
    const log = new EventLog("m");
    // 1 planning, 2 executing, 5 the text, 6 to 8 the ending.
    log.append(PLANNING, { type: "status_update", status: "executing" }, token("abc"));
    const ending: StreamEvent[] = [
      { type: "status_update", status: "error" },
      { type: "error", code: "reply_interrupted", message: "It was interrupted." },
      { type: "done", finish_reason: "error" },
    ];
    log.append(...ending);
    const client = new Client(log, position);
    client.take();
    expect(client.events).toEqual(ending);
    expect(client.finished).toBe(true);
  },
);

test.each([0, 1, 2, 3, 4, 5])(
  "a reader that is ahead of the log waits for what it lacks (position 2 + %i)",
  (seen) => {
    const log = new EventLog("m");
    const client = new Client(log, 2 + seen);
    log.append(PLANNING, { type: "status_update", status: "executing" }, token("ab"));
    client.take();
    log.append(token("c"));
    client.take();
    log.append(token("de"), { type: "status_update", status: "complete" }, DONE);
    client.take();
    expect(textOf(client.events)).toBe("abcde".slice(seen));
    expect(client.events.at(-1)).toEqual(DONE);
    expect(client.finished).toBe(true);
  },
);

test("a reader that is ahead of all that will ever come is given the ending", () => {
  const log = new EventLog("m");
  const client = new Client(log, 1_000);
  log.append(PLANNING, { type: "status_update", status: "executing" }, token("abc"));
  client.take();
  log.append({ type: "status_update", status: "complete" });
  client.take();
  expect(client.events).toEqual([]);
  log.append(DONE);
  client.take();
  expect(client.events).toEqual([{ type: "status_update", status: "complete" }, DONE]);
  expect(client.finished).toBe(true);
});

test("what is appended together is handed out together, up to a limit", () => {
  const log = new EventLog("m");
  const reader = log.read();
  for (let batch = 0; batch < 20; batch += 1) log.append(token("x".repeat(10_000)));
  const reads: number[] = [];
  for (let text = reader.take(); text !== ""; text = reader.take()) reads.push(text.length);
  expect(reads.length).toBeGreaterThan(2);
  expect(Math.max(...reads)).toBeLessThan(64 * 1024 + 11_000);
});

test("a piece is one event, but for one that is too long for a slow reader: that is cut, at whole characters", () => {
  const log = new EventLog("m");
  const text = `x${"🏛".repeat(100_000)}`;
  log.append(token("a"), token("bc"), token(text));
  const client = new Client(log);
  client.take();
  const pieces = client.events.map((event) => (event.type === "token" ? event.content : ""));
  expect(pieces.slice(0, 2)).toEqual(["a", "bc"]);
  expect(pieces.slice(2).join("")).toBe(text);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(64 * 1024);
  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
});

test("a log of small pieces takes little more memory than its text", () => {
  const log = new EventLog("m");
  const count = 500_000;
  const before = usedHeap();
  for (let piece = 0; piece < count; piece += 1) log.append(token(` w${piece % 1_000}`));
  const text = log.position + 1;
  expect(usedHeap() - before).toBeLessThan(4 * text);
  expect(log.bytes).toBeGreaterThan(text);
  expect(log.bytes).toBeLessThan(3 * text);
});

test("nothing can follow done", () => {
  const log = new EventLog("m");
  log.append(PLANNING, DONE);
  expect(log.ended).toBe(true);
  expect(() => log.append(token("late"))).toThrow("came after done");
});

test("a reader is finished when it took everything and nothing will follow", () => {
  const log = new EventLog("m");
  const reader = log.read();
  expect(reader.finished).toBe(false);
  log.append(PLANNING, DONE);
  expect(reader.finished).toBe(false);
  reader.take();
  expect(reader.finished).toBe(true);
});

test("a waiting reader is woken by an append, and by leaving", async () => {
  const log = new EventLog("m");
  const reader = log.read();
  const appended = reader.changed();
  log.append(PLANNING);
  await appended;
  const left = reader.changed();
  reader.leave();
  await left;
  expect(log.readerCount).toBe(0);
});

/** More than a reader may be behind. */
const LONG = "x".repeat(300 * 1024);

function takeAll(reader: EventReader): string {
  let all = "";
  for (let text = reader.take(); text !== ""; text = reader.take()) all += text;
  return all;
}

async function isWaiting(promise: Promise<void>): Promise<boolean> {
  const waiting = setImmediate(true);
  return await Promise.race([promise.then(() => false), waiting]);
}

test("a writer does not wait where the reader keeps up", async () => {
  const log = new EventLog("m");
  const reader = log.read();
  log.append(token(LONG));
  takeAll(reader);
  log.append(token("more"));
  expect(await isWaiting(log.room())).toBe(false);
});

test("where nobody reads, a writer goes on for as long as a reader may be behind, and then waits for one", async () => {
  const log = new EventLog("m");
  log.append(token("some"));
  expect(await isWaiting(log.room())).toBe(false);
  log.append(token(LONG));
  const room = log.room();
  expect(await isWaiting(room)).toBe(true);
  takeAll(log.read());
  expect(await isWaiting(room)).toBe(false);
});

test("a writer waits for a reader that is behind, until it has caught up", async () => {
  const log = new EventLog("m");
  const reader = log.read();
  log.append(token(LONG));
  const room = log.room();
  expect(await isWaiting(room)).toBe(true);
  takeAll(reader);
  expect(await isWaiting(room)).toBe(false);
});

test("the fastest reader sets the pace", async () => {
  const log = new EventLog("m");
  const fast = log.read();
  log.read();
  log.append(token(LONG));
  takeAll(fast);
  expect(await isWaiting(log.room())).toBe(false);
});

test("when the fastest reader leaves, the writer waits for the next one", async () => {
  const log = new EventLog("m");
  const [fast, slow] = [log.read(), log.read()];
  log.append(token(LONG));
  takeAll(fast);
  fast.leave();
  const room = log.room();
  expect(await isWaiting(room)).toBe(true);
  slow.leave();
  expect(await isWaiting(room)).toBe(false);
});

test("a writer whose generation is being ended is released", async () => {
  const log = new EventLog("m");
  log.read();
  log.append(token(LONG));
  const room = log.room();
  log.release();
  expect(await isWaiting(room)).toBe(false);
});

function isNoToken(event: StreamEvent): boolean {
  return event.type !== "token";
}
