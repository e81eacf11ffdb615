import { isEndMark } from "./infer-end.ts";
import { leavesOf } from "./json-leaves.ts";
import type { LoggedEvent } from "./stream-events.ts";
import { nameOf, typeOf } from "./stream-field-paths.ts";

/**
 * The events of several replies that came one after the other, as those of each: by what stands at the end of every one, and
 * nowhere else. Undefined where nothing does.
 */
export function eventsByReply(
  events: readonly LoggedEvent[],
  count: number,
): readonly (readonly LoggedEvent[])[] | undefined {
  if (count === 1) return [events];
  const pieces = piecesAmong(events);
  const marks = events.map((event, index) => marksOf(event, { isPiece: pieces.includes(index) }));
  const ends = endingsBy(marks, count)
    .filter((each) => isAfterEachReply(each, pieces))
    // What comes latest ends all of it: what is told before that, such as tokens, is of the same reply.
    .toSorted((a, b) => sum(b) - sum(a))[0];
  // What comes after the last one is of nobody.
  return ends?.map((end, index) => events.slice(index === 0 ? 0 : (ends[index - 1] ?? 0) + 1, end + 1));
}

/** Which events bear pieces of a text: those of the shape that most have in which some text is another one each time. */
export function piecesAmong(events: readonly LoggedEvent[]): readonly number[] {
  const type = typeOf(events);
  const shapes = Map.groupBy(events.keys(), (index) => {
    const { name, value } = events[index] as LoggedEvent;
    const leaves = leavesOf(value).map((leaf) => `${leaf.place} ${typeof leaf.value}`);
    return [name, nameOf(events[index] as LoggedEvent, type), typeof value, ...leaves].join("\n");
  });
  const telling = [...shapes.values()].filter((indices) =>
    isVaried(indices.map((each) => events[each]?.value)),
  );
  return telling.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

function isVaried(values: readonly unknown[]): boolean {
  const texts = Map.groupBy(
    values.flatMap((value) => leavesOf(value)).filter(({ value }) => typeof value === "string"),
    ({ place }) => place,
  );
  return [...texts.values()].some((leaves) => new Set(leaves.map(({ value }) => value)).size > 1);
}

/** A mark by which an event may say that it ends a reply: where that stands, and what. */
type Mark = readonly [place: string, word: string];

/** Of a piece of a text only a flag is one: its words, and what counts it, are as many as there are replies by chance. */
function marksOf(event: LoggedEvent, { isPiece }: { readonly isPiece: boolean }): readonly Mark[] {
  const { name, value } = event;
  if (isEndMark(event)) return [["", event.text.trim()]];
  const leaves = leavesOf(value);
  const flags = leaves.flatMap(({ place, value: flag }): Mark[] => (flag === true ? [[place, "true"]] : []));
  if (isPiece) return flags;
  const words = leaves.flatMap(({ place, value: word }): Mark[] => [
    [`has ${place}`, ""],
    ...(typeof word === "string" && word !== "" ? [[place, word] as const] : []),
  ]);
  return [...(name === undefined ? [] : [["@event", name] as const]), ...flags, ...words];
}

/** Where so many events have the same mark, or one of two words at the same place, such as for replies that were whole and for one that was not. */
function endingsBy(marks: readonly (readonly Mark[])[], count: number): readonly number[][] {
  const places = new Map<string, Map<string, number[]>>();
  for (const [index, own] of marks.entries()) {
    for (const [place, word] of own) {
      const words = places.get(place) ?? new Map<string, number[]>();
      places.set(place, words);
      words.set(word, [...(words.get(word) ?? []), index]);
    }
  }
  return [...places.values()].flatMap((words) => {
    const each = [...words.values()].filter((indices) => indices.length <= count);
    const alone = each.filter((indices) => indices.length === count);
    if (alone.length > 0 || each.length > MOST_WORDS) return alone;
    return each.flatMap((one, at) =>
      each
        .slice(at + 1)
        .filter((other) => one.length + other.length === count)
        .map((other) => [...one, ...other].toSorted((a, b) => a - b)),
    );
  });
}

/** More words at one place say more than how a reply ended. */
const MOST_WORDS = 12;

/** Whether some piece comes before each end, and after the one before it, and none after the last. */
function isAfterEachReply(ends: readonly number[], pieces: readonly number[]): boolean {
  const last = ends.at(-1) ?? -1;
  return (
    pieces.every((piece) => piece <= last) &&
    ends.every((end, index) =>
      pieces.some((piece) => piece <= end && piece > (index === 0 ? -1 : (ends[index - 1] ?? -1))),
    )
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
