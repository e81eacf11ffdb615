import type { StreamDescription } from "../contract/wire-description.ts";
import { failureOf, isFailure, modelOf, usageOf } from "./infer-beside-text.ts";
import { doneOf, endMarkOf, REASON_NAME } from "./infer-end.ts";
import { lastName } from "./json-leaves.ts";
import type { LoggedStream } from "./stream-events.ts";
import {
  fieldPathsIn,
  namedBy,
  nameOf,
  piecesIn,
  type StreamFieldPath,
  type TypedEvent,
  typeOf,
} from "./stream-field-paths.ts";
import { THOUGHT, withTextChannels } from "./text-channels.ts";

/** What was made of a stream that nobody knows. */
export interface InferredStream {
  readonly description: StreamDescription;
  /** What could not be found, in words. */
  readonly unknown: readonly string[];
}

const TEXT_NAME =
  /^(?:content|delta|text|token|chunk|response|answer|reply|message|output|piece|part|word|v|c|t)$/i;
/** Texts that are known beside a stream. */
export interface TextsBeside {
  /** That a list showed later: the reply is one of them. */
  readonly rows: ReadonlySet<string>;
  /** That the call said itself: what repeats one of them is no reply. */
  readonly sent: ReadonlySet<string>;
}

/** The description of a stream, by what its events have in common; undefined where no reply can be seen in it. */
export function inferStream(
  { framing, events }: LoggedStream,
  { rows, sent }: TextsBeside,
): InferredStream | undefined {
  if (framing === "text") {
    return { description: { framing }, unknown: ["a failure: none was in the log"] };
  }
  const type = framing === "json" ? undefined : typeOf(events);
  const told = withTextChannels(
    events.map((event) => ({ ...event, type: nameOf(event, type) })),
    type,
  );
  const said = textSpot({ framing, events: told }, type, { rows, sent });
  if (said === undefined) return undefined;
  const rule = (spot: StreamFieldPath) => ({
    ...namedBy(spot),
    ...(isGrowing(piecesIn(spot.values), rows) && { cumulative: true }),
  });
  const thought = fieldPathsIn(told, type)
    .filter(isThought)
    .toSorted((a, b) => scoreOf(b, rows) - scoreOf(a, rows))[0];
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

/**
 * Where the text stands: what a list showed later is certain, else what is named so, comes often and is never the same; of an
 * answer in one piece else the most words, whatever they are called.
 */
function textSpot(
  {
    framing,
    events,
  }: { readonly framing: StreamDescription["framing"]; readonly events: readonly TypedEvent[] },
  type: string | undefined,
  { rows, sent }: TextsBeside,
): StreamFieldPath | undefined {
  const mark = endMarkOf(events);
  const texts = fieldPathsIn(events, type)
    .map((spot) => ({ ...spot, values: spot.values.filter((value) => value !== mark) }))
    .filter((spot) => spot.values.every((value) => typeof value === "string" || value === null))
    .filter((spot) => !isThought(spot) && !isFailure(spot) && !sent.has(textOf(spot)))
    // An answer in one piece may tell the id of a reply, which a list shows as well.
    .filter((spot) => framing !== "json" || isCalledText(spot.place) || hasWords(spot));
  const [best] = texts
    .map((spot) => ({ spot, score: scoreOf(spot, rows) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  if (best !== undefined || framing !== "json") return best?.spot;
  const [longest] = texts
    .filter((spot) => hasWords(spot) && !isIdOrTime(spot.place, piecesIn(spot.values)))
    .toSorted((a, b) => textOf(b).length - textOf(a).length);
  return longest;
}

function hasWords(spot: StreamFieldPath): boolean {
  return /\S\s+\S/.test(textOf(spot));
}

/** Whether a place is called what texts are called, or is the whole. */
function isCalledText(place: string): boolean {
  return place === "" || TEXT_NAME.test(lastName(place));
}

function textOf({ values }: StreamFieldPath): string {
  return piecesIn(values).join("").trim();
}

function scoreOf({ place, values }: StreamFieldPath, rows: ReadonlySet<string>): number {
  const pieces = piecesIn(values);
  const text = (isGrowing(pieces, rows) ? (pieces.at(-1) ?? "") : pieces.join("")).trim();
  if (text === "" || isIdOrTime(place, pieces)) return 0;
  const isVaried = new Set(pieces).size > 1;
  // The whole text at the end, beside its pieces, is in the list too, and is no stream.
  if (rows.has(text)) return isVaried ? 100 : 50;
  const isNamed = isCalledText(place);
  return (isNamed ? 4 : 0) + (isVaried ? 3 : 0) + (isNamed || isVaried ? Math.min(pieces.length, 5) : 0);
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

function isThought({ type, channel, place, values }: StreamFieldPath): boolean {
  return (
    values.some((value) => typeof value === "string" && value !== "") &&
    [lastName(place), type ?? "", channel?.word ?? ""].some((word) => THOUGHT.test(word)) &&
    !REASON_NAME.test(lastName(place).replace(/^reasoning.*/i, ""))
  );
}
