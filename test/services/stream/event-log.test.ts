import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEventId, STEP, type StreamPlace } from "../../../src/contract/event-id.ts";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import { parseEventData } from "../../../src/contract/sse.ts";
import { createSseDecoder } from "../../../src/contract/sse-decoder.ts";
import { EventLog, type EventReader } from "../../../src/services/stream/event-log.ts";
import { legalStream } from "../../support/arbitraries.ts";
import { usedHeap } from "../../support/heap.ts";
import { textOf, thoughtsOf } from "../../support/streams.ts";

const PLANNING: StreamEvent = { type: "status_update", status: "planning" };
const EXECUTING: StreamEvent = { type: "status_update", status: "executing" };
const DONE: StreamEvent = { type: "done", finish_reason: "stop" };
const token = (content: string): StreamEvent => ({ type: "token", content });
const thought = (content: string): StreamEvent => ({ type: "thinking", content });
/** Where a reader is that has seen so much of the text. */
const inText = (text: number): StreamPlace => ({ step: STEP.executing, thinking: 0, text });

/** A reader that may leave and come back, and what it was given in all. */
class Client {
  readonly events: StreamEvent[] = [];
  readonly #log: EventLog;
  #place: StreamPlace | undefined;
  #reader: EventReader;

  constructor(log: EventLog, place?: StreamPlace) {
    this.#log = log;
    this.#place = place;
    this.#reader = log.read(place);
  }

  /** The place of the last event that it was given. */
  get place(): StreamPlace | undefined {
    return this.#place;
  }

  take(): void {
    for (let text = this.#reader.take(); text !== ""; text = this.#reader.take()) this.#decode(text);
  }

  comeBack(): void {
    // Who was told the end has no reason to.
    if (this.events.at(-1)?.type === "done") return;
    this.#reader.leave();
    this.#reader = this.#log.read(this.#place);
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
        this.#place = parseEventId(id)?.place;
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
        expect(thoughtsOf(client.events)).toBe(thoughtsOf(events));
        expect(textOf(client.events)).toBe(textOf(events));
        expect(client.events.filter(isStep)).toEqual(events.filter(isStep));
        expect(withoutCuts(client.events)).toEqual(withoutCuts(events));
      }
    }),
  );
});

test("a reader that comes back to any place in thoughts and text gets exactly what it lacks", () => {
  fc.assert(
    fc.property(legalStream, fc.nat(), fc.nat(), fc.nat(), (events, size, inThoughts, at) => {
      const log = new EventLog("m");
      const pending = [...events];
      while (pending.length > 0) log.append(...pending.splice(0, (size % 4) + 1));
      const [thoughts, text] = [thoughtsOf(events), textOf(events)];
      const seen = { thinking: inThoughts % (thoughts.length + 1), text: at % (text.length + 1) };
      fc.pre(thoughts.slice(seen.thinking).isWellFormed() && text.slice(seen.text).isWellFormed());
      const client = new Client(log, { step: STEP.executing, ...seen });
      client.take();
      expect(thoughtsOf(client.events)).toBe(thoughts.slice(seen.thinking));
      expect(textOf(client.events)).toBe(text.slice(seen.text));
      expect(client.events.at(-1)).toEqual(events.at(-1));
    }),
  );
});

/** The same stream, with its thoughts and its text cut and mixed by other sizes, as after a restart. */
function mixedAnew(events: readonly StreamEvent[], sizes: readonly number[]): StreamEvent[] {
  const isPiece = (event: StreamEvent): boolean => !isStep(event);
  const first = events.findIndex(isPiece);
  if (first === -1) return [...events];
  const rest = { thinking: [...thoughtsOf(events)], token: [...textOf(events)] };
  const pieces: StreamEvent[] = [];
  for (let turn = 0; rest.thinking.length + rest.token.length > 0; turn += 1) {
    const type = turn % 2 === 0 ? "thinking" : "token";
    const content = rest[type].splice(0, sizes[turn % sizes.length]).join("");
    if (content !== "") pieces.push({ type, content });
  }
  const after = events.slice(first).filter(isStep);
  return [...events.slice(0, first), ...pieces, ...after];
}

const anySizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

test("who leaves in one mixture of thoughts and text comes back into another, and gets each character once", () => {
  fc.assert(
    fc.property(legalStream, anySizes, fc.nat(), (events, sizes, number) => {
      const before = new EventLog("m");
      const count = number % (events.length + 1);
      before.append(...events.slice(0, count));
      const left = new Client(before);
      left.take();
      const after = new EventLog("m");
      after.append(...mixedAnew(events, sizes));
      const back = new Client(after, left.place);
      back.take();
      const all = [...left.events, ...back.events];
      expect(thoughtsOf(all)).toBe(thoughtsOf(events));
      expect(textOf(all)).toBe(textOf(events));
      expect(back.finished).toBe(true);
      expect(all.filter(isStep)).toEqual(events.filter(isStep));
    }),
  );
});

test("a reader's ids name the place that it is at, in thoughts and text that take turns", () => {
  const log = new EventLog("m");
  const reader = log.read();
  log.append(PLANNING, EXECUTING, thought("hm "), token("ab"), thought("so"), token("c"), DONE);
  const ids = [...takeAll(reader).matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
  expect(ids).toEqual(["m:1.0.0", "m:3.0.0", "m:3.3.0", "m:3.3.2", "m:3.5.2", "m:3.5.3", "m:11.5.3"]);
});

test("a place inside a wide character still gives whole characters", () => {
  const log = new EventLog("m");
  log.append(PLANNING, EXECUTING, token("a🏛b"));
  for (let text = 0; text < 4; text += 1) {
    const client = new Client(log, inText(text));
    client.take();
    expect(textOf(client.events)).toMatch(/b$/);
  }
});

test.each([STEP.ending, STEP.error, STEP.usage, STEP.done])(
  "a reader that saw more than was saved (step %i) is still given the ending",
  (step) => {
    const log = new EventLog("m");
    log.append(PLANNING, EXECUTING, token("abc"));
    const ending: StreamEvent[] = [
      { type: "status_update", status: "error" },
      { type: "error", code: "reply_interrupted", message: "It was interrupted." },
      { type: "done", finish_reason: "error" },
    ];
    log.append(...ending);
    const client = new Client(log, { step, thinking: 0, text: 1_000 });
    client.take();
    expect(client.events).toEqual(ending);
    expect(client.finished).toBe(true);
  },
);

test.each([0, 1, 2, 3, 4, 5])(
  "a reader that is ahead of the log waits for what it lacks (%i characters)",
  (seen) => {
    const log = new EventLog("m");
    const client = new Client(log, inText(seen));
    log.append(PLANNING, EXECUTING, token("ab"));
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
  const client = new Client(log, inText(1_000));
  log.append(PLANNING, EXECUTING, token("abc"));
  client.take();
  expect(client.events).toEqual([]);
  const complete: StreamEvent = { type: "status_update", status: "complete" };
  log.append(complete, DONE);
  client.take();
  expect(client.events).toEqual([complete, DONE]);
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
  const { text } = log.place;
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

/** True for what is no piece of thoughts or text. */
function isStep(event: StreamEvent): boolean {
  return event.type !== "token" && event.type !== "thinking";
}

/** The events with neighbouring pieces of the same kind joined: how they were cut is nobody's business. */
function withoutCuts(events: readonly StreamEvent[]): StreamEvent[] {
  const joined: StreamEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if ((event.type === "token" || event.type === "thinking") && last?.type === event.type) {
      joined[joined.length - 1] = { ...event, content: last.content + event.content };
    } else joined.push(event);
  }
  return joined;
}
