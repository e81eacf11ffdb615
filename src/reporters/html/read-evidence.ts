/**
 * Finds in a check's evidence what can be drawn. Evidence is whatever JSON a check wrote down, possibly long
 * ago, so everything is known by its shape alone: those of `SeenStream` and `SeenCall` in src/targets/http-client.ts,
 * and of `GenerationRecord` in src/contract/engine-schemas.ts. A request may have a `sent_at` beside these, a time like
 * those of the engine's record: only then do client and engine share a clock.
 */

import { commonStart } from "./text-changes.ts";

/** An answered request. */
export interface Call {
  readonly request: string;
  readonly status: number;
  /** In milliseconds. */
  readonly duration: number;
  /** In milliseconds since the epoch; undefined where nobody wrote it down. */
  readonly sentAt: number | undefined;
}

/** A request that was answered by events. Times are milliseconds since it was sent. */
export interface Stream extends Call {
  readonly events: readonly TimedEvent[];
  readonly heartbeats: readonly number[];
  /** `closed`, `cut` or `given-up`. */
  readonly end: string;
}

export interface TimedEvent {
  readonly at: number;
  readonly event: Readonly<Record<string, unknown>>;
}

/** What the engine did. Times are milliseconds since the epoch. */
export interface Generation {
  readonly startedAt: number;
  readonly firstTokenAt: number | undefined;
  readonly endedAt: number | undefined;
  /** `done`, `aborted`, `failed`, or `running` where it had not ended. */
  readonly ended: string;
  readonly tokens: number;
}

/** A stream, and what stands beside it: in the same object, or in the next one around it that has any. */
export interface Scene {
  /** Where in the evidence the stream is. */
  readonly path: string;
  readonly stream: Stream;
  readonly cancels: readonly Call[];
  readonly generations: readonly Generation[];
}

/** A reply as it was streamed, and another text that was stored in its place. */
export interface TextPair {
  readonly streamed: string;
  readonly stored: string;
}

export interface Found {
  readonly scenes: readonly Scene[];
  /** Every request, also those of the scenes, in the order of the evidence. */
  readonly calls: readonly (Call | Stream)[];
  readonly pairs: readonly TextPair[];
}

export function readEvidence(evidence: unknown): Found {
  return visit(evidence, "", 0);
}

/** Evidence of a check is flatter; a body that a target made may be as deep as it likes. */
const DEEPEST = 24;

/** What a part of the evidence holds; of the last four, what nothing around it has claimed so far. */
interface Part extends Found {
  readonly cancels: readonly Call[];
  readonly generations: readonly Generation[];
  readonly streamed: readonly string[];
  readonly stored: readonly string[];
}

const NOTHING: Part = {
  scenes: [],
  calls: [],
  pairs: [],
  cancels: [],
  generations: [],
  streamed: [],
  stored: [],
};

function visit(value: unknown, path: string, depth: number): Part {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return NOTHING;
  if (Array.isArray(value))
    return merge(value.map((item, index) => visit(item, `${path}[${index}]`, depth + 1)));
  const object: Readonly<Record<string, unknown>> = { ...value };
  const stream = asStream(object);
  if (stream !== undefined) {
    const scenes = isDrawable(stream) ? [{ path, stream, cancels: [], generations: [] }] : [];
    return { ...NOTHING, scenes, calls: [stream], streamed: [textOf(stream)] };
  }
  const call = asCall(object);
  if (call !== undefined) {
    const cancels = /^POST \S*\/cancel\b/.test(call.request) ? [call] : [];
    // A body is what the target says: rows are looked for in it, but it cannot bring streams of its own.
    const { stored } = visit(object["body"], path, depth + 1);
    return { ...NOTHING, calls: [call], cancels, stored };
  }
  const generation = asGeneration(object);
  if (generation !== undefined) return { ...NOTHING, generations: [generation] };
  const { role, content, message_type, streamedText } = object;
  if (role === "assistant" && typeof content === "string" && message_type !== "summary") {
    return { ...NOTHING, stored: [content] };
  }
  const parts = Object.entries(object).map(([name, item]) =>
    visit(item, path === "" ? name : `${path}.${name}`, depth + 1),
  );
  if (typeof streamedText === "string") parts.push({ ...NOTHING, streamed: [streamedText] });
  return claim(merge(parts));
}

function merge(parts: readonly Part[]): Part {
  return {
    scenes: parts.flatMap(({ scenes }) => scenes),
    calls: parts.flatMap(({ calls }) => calls),
    pairs: parts.flatMap(({ pairs }) => pairs),
    cancels: parts.flatMap(({ cancels }) => cancels),
    generations: parts.flatMap(({ generations }) => generations),
    streamed: parts.flatMap(({ streamed }) => streamed),
    stored: parts.flatMap(({ stored }) => stored),
  };
}

/** Gives each scene what stands beside it, and each streamed text what was stored of it. */
function claim(part: Part): Part {
  const { scenes, cancels, generations, streamed, stored } = part;
  const hasScenes = scenes.length > 0;
  const hasTexts = streamed.length > 0 && stored.length > 0;
  return {
    ...part,
    scenes: scenes.map((scene) => ({
      ...scene,
      cancels: scene.cancels.length > 0 ? scene.cancels : cancels,
      generations: scene.generations.length > 0 ? scene.generations : generations,
    })),
    cancels: hasScenes ? [] : cancels,
    generations: hasScenes ? [] : generations,
    pairs: hasTexts ? [...part.pairs, ...pairsOf(streamed, stored)] : part.pairs,
    streamed: hasTexts ? [] : streamed,
    stored: hasTexts ? [] : stored,
  };
}

/** The streamed texts that are stored nowhere as they are, each with the stored one that begins most like it. */
function pairsOf(streamed: readonly string[], stored: readonly string[]): TextPair[] {
  const known = new Set(stored);
  // In this order, what begins most like a text is beside its place: not all of them need a look for each.
  const sorted = stored.toSorted();
  return streamed
    .filter((text) => text !== "" && !known.has(text))
    .map((text) => {
      const place = placeIn(sorted, text);
      const [before = "", after = ""] = [sorted[place - 1], sorted[place]];
      const isBefore = commonStart(before, text) >= commonStart(after, text);
      return { streamed: text, stored: isBefore && place > 0 ? before : after };
    });
}

/** How many of the sorted texts come before this one. */
function placeIn(sorted: readonly string[], text: string): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((sorted[middle] ?? "") < text) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The reply's text. */
function textOf({ events }: Stream): string {
  return events.map(({ event }) => (event["type"] === "token" ? String(event["content"]) : "")).join("");
}

function isDrawable({ events, heartbeats, end }: Stream): boolean {
  return events.length + heartbeats.length > 0 || end !== "closed";
}

function asStream(object: Readonly<Record<string, unknown>>): Stream | undefined {
  const { request, status, events, comments_ms, duration_ms, end } = object;
  if (typeof request !== "string" || !Array.isArray(events)) return undefined;
  const timed = events.flatMap(asTimedEvent).toSorted((a, b) => a.at - b.at);
  const heartbeats = Array.isArray(comments_ms) ? comments_ms.filter(isTime).toSorted((a, b) => a - b) : [];
  return {
    request,
    status: typeof status === "number" ? status : 0,
    duration: Math.max(isTime(duration_ms) ? duration_ms : 0, timed.at(-1)?.at ?? 0, heartbeats.at(-1) ?? 0),
    sentAt: momentOf(object["sent_at"]),
    events: timed,
    heartbeats,
    end: typeof end === "string" ? end : "closed",
  };
}

function asTimedEvent(value: unknown): TimedEvent[] {
  if (typeof value !== "object" || value === null || !("event" in value) || !("at_ms" in value)) return [];
  const { at_ms: at, event } = value;
  if (!isTime(at) || typeof event !== "object" || event === null) return [];
  return [{ at, event: { ...event } }];
}

function asCall(object: Readonly<Record<string, unknown>>): Call | undefined {
  const { request, status, duration_ms: duration } = object;
  if (typeof request !== "string" || typeof status !== "number" || !isTime(duration)) return undefined;
  return { request, status, duration, sentAt: momentOf(object["sent_at"]) };
}

function asGeneration(object: Readonly<Record<string, unknown>>): Generation | undefined {
  const startedAt = momentOf(object["started_at"]);
  const { ended, tokens_sent: tokens } = object;
  if (startedAt === undefined || typeof ended !== "string" || typeof tokens !== "number") return undefined;
  return {
    startedAt,
    firstTokenAt: momentOf(object["first_token_at"]),
    endedAt: momentOf(object["ended_at"]),
    ended,
    tokens,
  };
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** Milliseconds since the epoch of a time such as `2026-01-01T00:00:00.000Z`. */
function momentOf(value: unknown): number | undefined {
  const moment = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}
