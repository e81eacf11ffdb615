import type { StreamDescription } from "../contract/wire-description.ts";
import { statusMeant } from "../targets/drivers/described-rows.ts";
import { textAt, valueAt } from "../targets/drivers/json-place.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import { MODEL_NAME } from "./network-log-words.ts";
import type { LoggedEvent, LoggedStream } from "./stream-events.ts";

/** What was made of a stream that nobody knows. */
export interface InferredStream {
  readonly description: StreamDescription;
  /** What could not be found, in words. */
  readonly unknown: readonly string[];
}

const TEXT_NAME =
  /^(?:content|delta|text|token|chunk|response|answer|reply|message|output|piece|part|word|v|c|t)$/i;
const THOUGHT = /think|thought|reason(?!$|_?code)/i;
const FAILURE = /error|fail|exception/i;
/** Names of what tells the end. */
export const ENDING_NAME = /done|end|complete|finish|stop|final|close|eos/i;
const TYPE_NAMES = ["type", "event", "kind", "op", "action", "t", "object", "status", "name"];
const REASON = /reason/i;
/** Words for a whole reply that need no telling. */
const WHOLE = /^(?:stop|length)$/;

/** The description of a stream, by what its events have in common; undefined where no reply can be seen in it. */
export function inferStream(
  { framing, events }: LoggedStream,
  rows: ReadonlySet<string>,
): InferredStream | undefined {
  if (framing === "text") {
    return { description: { framing }, unknown: ["a failure: none was in the log"] };
  }
  const type = framing === "json" ? undefined : typeOf(events);
  const told = events.map((event) => ({ ...event, type: nameOf(event, type) }));
  const said = textIn(told, type, rows);
  if (said === undefined) return undefined;
  const rule = (spot: Spot) => ({
    ...namedBy(spot),
    ...(isGrowing(piecesIn(spot.values), rows) && { cumulative: true }),
  });
  const thought = spotsOf(told, type).find(isThought);
  const model = modelOf(told, type);
  const done = framing === "json" ? undefined : doneOf(told, said, type);
  const usage = usageOf(told, type);
  const failure = failureOf(told, type);
  const description: StreamDescription = {
    framing,
    ...(type !== undefined && { type }),
    text: rule(said),
    ...(thought !== undefined && { thought: rule(thought) }),
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { usage }),
    ...(failure !== undefined && { failure }),
    ...(done !== undefined && { done }),
  };
  const unknown = [
    ...(done === undefined && framing !== "json"
      ? ["what tells the end: the stream's own end is taken for it"]
      : []),
    ...(usage === undefined ? ["where tokens are counted"] : []),
    ...(failure === undefined ? ["how a failure is told: none was in the log"] : []),
  ];
  return { description, unknown };
}

/** A name is told whole each time. */
function namedBy({ type: of, place }: Spot) {
  return { ...(of !== undefined && { of }), at: place };
}

interface TypedEvent extends LoggedEvent {
  readonly type: string | undefined;
}

/** All that stood at one place in the events of one type. */
interface Spot {
  readonly type: string | undefined;
  readonly place: string;
  readonly values: readonly JsonLeaf["value"][];
}

/** Where an event says what it is: a field that all have, also a deep one, with few words in it; or the name beside the data. */
function typeOf(events: readonly LoggedEvent[]): string | undefined {
  if (events.some(({ name }) => name !== undefined)) return "@event";
  const objects = events
    .map(({ value }) => value)
    .filter((value) => typeof value === "object" && value !== null);
  if (objects.length < 2) return undefined;
  const places = leavesOf(objects[0]).map(({ place }) => place);
  const named = TYPE_NAMES.flatMap((name) => places.filter((place) => lastName(place) === name));
  return named.find((place) => {
    const words = objects.map((value) => valueAt(value, place));
    const kinds = new Set(words);
    return (
      words.every((word) => typeof word === "string" && /^[\w.:/-]{1,60}$/.test(word)) &&
      kinds.size > 1 &&
      kinds.size <= 12
    );
  });
}

function nameOf({ name, value }: LoggedEvent, type: string | undefined): string | undefined {
  if (type === undefined) return undefined;
  if (type === "@event") return name ?? "message";
  const word = valueAt(value, type);
  return typeof word === "string" ? word : undefined;
}

/** The spots of a stream, in the order in which they first came. */
function spotsOf(events: readonly TypedEvent[], type: string | undefined): Spot[] {
  const spots = new Map<string, { type: string | undefined; place: string; values: JsonLeaf["value"][] }>();
  for (const event of events) {
    for (const { place, value } of leavesOf(event.value)) {
      if (place === type && place !== "") continue;
      const key = `${event.type ?? ""}\0${place}`;
      const spot = spots.get(key) ?? { type: event.type, place, values: [] };
      spot.values.push(value);
      spots.set(key, spot);
    }
  }
  return [...spots.values()];
}

/** Where the text stands: what a list showed later is certain, else what is named so, comes often and is never the same. */
function textIn(
  events: readonly TypedEvent[],
  type: string | undefined,
  rows: ReadonlySet<string>,
): Spot | undefined {
  const scored = spotsOf(events, type)
    .map((spot) => ({ ...spot, values: spot.values.filter((value) => value !== "[DONE]") }))
    .filter((spot) => spot.values.every((value) => typeof value === "string" || value === null))
    .filter((spot) => !isThought(spot) && !isFailure(spot))
    .map((spot) => ({ spot, score: scoreOf(spot, rows) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  return scored[0]?.spot;
}

function scoreOf({ place, values }: Spot, rows: ReadonlySet<string>): number {
  const pieces = piecesIn(values);
  const text = (isGrowing(pieces, rows) ? (pieces.at(-1) ?? "") : pieces.join("")).trim();
  if (text === "" || isIdOrTime(place, pieces)) return 0;
  const isVaried = new Set(pieces).size > 1;
  // The whole text at the end, beside its pieces, is in the list too, and is no stream.
  if (rows.has(text)) return isVaried ? 100 : 50;
  const isNamed = place === "" || TEXT_NAME.test(lastName(place));
  return (isNamed ? 4 : 0) + (isVaried ? 3 : 0) + (isNamed || isVaried ? Math.min(pieces.length, 5) : 0);
}

function piecesIn(values: readonly JsonLeaf["value"][]): string[] {
  return values.filter((value) => typeof value === "string");
}

/** Whether each text has the one before at its beginning, and more: the whole so far, and not a piece. */
function isGrowing(texts: readonly string[], rows: ReadonlySet<string>): boolean {
  if (rows.has(texts.join("").trim())) return false;
  const steps = texts.slice(1).map((text, index) => [texts[index] ?? "", text] as const);
  const isLonger = steps.filter(([before, text]) => before !== "" && text.length > before.length);
  return isLonger.length >= 2 && steps.every(([before, text]) => text.startsWith(before));
}

/** Whether what stands at a place names a thing, or a moment, and says nothing. */
export function isIdOrTime(place: string, pieces: readonly string[]): boolean {
  const isNamed = /(?:^|_)id$|Id$|_at$|time|date/.test(lastName(place));
  return isNamed || pieces.every((piece) => /^[\da-f-]{16,}$/i.test(piece));
}

function isThought({ type, place, values }: Spot): boolean {
  return (
    values.some((value) => typeof value === "string") &&
    (THOUGHT.test(lastName(place)) || THOUGHT.test(type ?? "")) &&
    !REASON.test(lastName(place).replace(/^reasoning.*/i, ""))
  );
}

function isFailure({ type, place }: Spot): boolean {
  return FAILURE.test(type ?? "") || FAILURE.test(place);
}

function failureOf(events: readonly TypedEvent[], type: string | undefined): StreamDescription["failure"] {
  const spots = spotsOf(events, type).filter(
    (spot) => isFailure(spot) && spot.values.some((value) => typeof value === "string" && value !== ""),
  );
  const spot =
    spots.find(({ place }) => /message|detail|error|text|content/i.test(lastName(place))) ?? spots[0];
  if (spot === undefined) return undefined;
  const code = spots.find(({ type: of, place }) => of === spot.type && /code/i.test(lastName(place)));
  return {
    ...(spot.type !== undefined && { of: spot.type }),
    message: spot.place,
    ...(code !== undefined && code !== spot && { code: code.place }),
  };
}

/** Where the name of the model stands. */
export function modelOf(
  events: readonly TypedEvent[],
  type: string | undefined,
): { readonly of?: string; readonly at: string } | undefined {
  const spot = spotsOf(events, type).find(
    ({ place, values }) => MODEL_NAME.test(lastName(place)) && typeof values[0] === "string",
  );
  return spot && namedBy(spot);
}

/** Input and output are counted by many names. */
export function usageOf(events: readonly TypedEvent[], type: string | undefined): StreamDescription["usage"] {
  const counts = spotsOf(events, type).filter(
    ({ place, values }) =>
      /token|usage|count|eval/i.test(place) && values.some((value) => Number.isInteger(value)),
  );
  const prompt = counts.find(({ place }) => /prompt|input|(?:^|[._])in$/i.test(place));
  const completion = counts.find(
    ({ place, type: of }) =>
      of === (prompt?.type ?? of) &&
      /completion|output|generated|reply|(?:^|[._])out$|eval_count$/i.test(place) &&
      place !== prompt?.place,
  );
  const { type: of } = prompt ?? completion ?? {};
  if (prompt === undefined && completion === undefined) return undefined;
  return {
    ...(of !== undefined && { of }),
    ...(prompt !== undefined && { prompt: prompt.place }),
    ...(completion !== undefined && { completion: completion.place }),
  };
}

/** What stands at the end, and nowhere before it. */
function doneOf(
  events: readonly TypedEvent[],
  said: Spot,
  type: string | undefined,
): StreamDescription["done"] {
  const last = events.at(-1);
  if (last === undefined) return undefined;
  if (typeof last.value === "string" && /^\[\w+\]$/.test(last.text.trim())) return { data: last.text.trim() };
  const own = [...events]
    .reverse()
    .find(({ type }) => type !== undefined && type !== said.type && ENDING_NAME.test(type));
  const ending = own ?? (last.type !== undefined && last.type !== said.type ? last : undefined);
  if (ending !== undefined && events.filter(({ type }) => type === ending.type).length === 1) {
    const words = leavesOf(ending.value).filter(
      ({ place, value }) => typeof value === "string" && !(place === type && value === ending.type),
    );
    const reason =
      words.find(({ place }) => REASON.test(lastName(place))) ??
      words.find(({ value }) => statusMeant(String(value)) === "complete");
    return { of: ending.type, ...toldBy(reason) };
  }
  return flagOf(events, said);
}

/** The reply that was logged came whole, so its word is the one for that. */
function toldBy(reason: JsonLeaf | undefined): object {
  if (reason === undefined) return {};
  const word = String(reason.value);
  return { reason: reason.place, ...(!WHOLE.test(word) && { reasons: { stop: [word] } }) };
}

/** `done: true`, or a reason, which only the last ones have. */
function flagOf(events: readonly TypedEvent[], said: Spot): StreamDescription["done"] {
  const late = events.slice(-2);
  const isOnlyLate = (place: string, value: unknown): boolean =>
    events.slice(0, -2).every((event) => (valueAt(event.value, place) ?? null) !== value);
  const leaves = late.flatMap(({ value }) => leavesOf(value));
  // What is named for it first; else whatever is true of the last event alone, which says nothing of the text.
  const flags = leaves.filter(({ place, value }) => value === true && isOnlyLate(place, true));
  const isBare = textAt(events.at(-1)?.value, said.place) === null;
  const flag =
    flags.find(({ place }) => ENDING_NAME.test(lastName(place))) ?? (isBare ? flags[0] : undefined);
  const reason = leaves.find(
    ({ place, value }) =>
      typeof value === "string" &&
      (REASON.test(lastName(place)) || (isBare && statusMeant(value) === "complete")) &&
      isOnlyLate(place, value),
  );
  const told = toldBy(reason);
  if (flag !== undefined) return { where: { [flag.place]: true }, ...told };
  return reason === undefined ? undefined : { has: reason.place, ...told };
}
