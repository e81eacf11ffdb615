import { valueAt } from "../targets/drivers/json-place.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { LoggedEvent } from "./stream-events.ts";

const TYPE_NAMES = ["type", "event", "kind", "op", "action", "t", "object", "status", "name", "method"];

/** A name is told whole each time. */
export function namedBy({ type: of, channel, place }: StreamFieldPath) {
  return {
    ...(of !== undefined && { of }),
    ...(channel !== undefined && { where: { [channel.place]: channel.word } }),
    at: place,
  };
}

/** An event, with what it calls itself. */
export interface TypedEvent extends LoggedEvent {
  readonly type: string | undefined;
  /** What its text is, where events of one type have the reply's and thoughts: `{"type": "delta", "channel": "thinking"}`. */
  readonly channel?: TextChannel | undefined;
}

/** The word by which events of one type say what their text is, and where it stands. */
export interface TextChannel {
  readonly place: string;
  readonly word: string;
}

/** All that stood at one place in the events of one type. */
export interface StreamFieldPath {
  readonly type: string | undefined;
  readonly channel?: TextChannel | undefined;
  readonly place: string;
  readonly values: readonly JsonLeaf["value"][];
}

/** Where an event says what it is: a field that all have, also a deep one, with few words in it; or the name beside the data. */
export function typeOf(events: readonly LoggedEvent[]): string | undefined {
  if (events.some(({ name }) => name !== undefined)) return "@event";
  const objects = events
    .map(({ value }) => value)
    .filter((value) => typeof value === "object" && value !== null && !isAnswerToCall(value));
  if (objects.length < 2) return undefined;
  const places = leavesOf(objects[0]).map(({ place }) => place);
  // Of a patch of JSON what it changes says more than how.
  const patched = places.find((place) => objects.every((value) => isPointer(valueAt(value, place))));
  if (patched !== undefined && new Set(objects.map((value) => valueAt(value, patched))).size > 1)
    return patched;
  const named = TYPE_NAMES.flatMap((name) => places.filter((place) => lastName(place) === name));
  const isType = (place: string): boolean => {
    const words = objects.map((value) => valueAt(value, place));
    const kinds = new Set(words);
    return (
      words.every((word) => typeof word === "string" && /^[\w.:/-]{1,60}$/.test(word)) &&
      kinds.size > 1 &&
      kinds.size <= MOST_TYPES
    );
  };
  return named.find(isType) ?? places.find((place) => isType(place) && tellsShapes(place, objects));
}

/** Whether it is JSON-RPC's answer to a call: that has no method, which all else has. */
function isAnswerToCall(value: object): boolean {
  return "jsonrpc" in value && !("method" in value);
}

const MOST_TYPES = 12;

/**
 * Whether a word at the outermost place, whatever that is called (`["w", " word"]`, `{"k": "w", "v": " word"}`), tells the
 * events' shapes: those with the word of the most bear a text, another one each, and those with another word something else.
 */
function tellsShapes(place: string, objects: readonly unknown[]): boolean {
  if (place.includes(".")) return false;
  const kinds = Map.groupBy(objects, (value) => valueAt(value, place));
  const [most = [], ...others] = [...kinds.values()].toSorted((a, b) => b.length - a.length);
  if (most.length * 2 < objects.length || most.length <= others.length) return false;
  const shapeOf = (value: unknown): string =>
    leavesOf(value)
      .map((leaf) => `${leaf.place} ${typeof leaf.value}`)
      .join("\n");
  const [shape] = most.map(shapeOf);
  const pieces = leavesOf(most[0])
    .filter((leaf) => leaf.place !== place && typeof leaf.value === "string")
    .map((leaf) => new Set(most.map((value) => valueAt(value, leaf.place))));
  return (
    most.every((value) => shapeOf(value) === shape) &&
    pieces.some(({ size }) => size > 1) &&
    others.flat().every((value) => shapeOf(value) !== shape)
  );
}

/** Whether it names a place in JSON, as RFC 6901 has them. */
function isPointer(value: unknown): boolean {
  return typeof value === "string" && /^\/[\w/~-]{0,100}$/.test(value);
}

/** What an event calls itself, by where that stands. */
export function nameOf({ name, value }: LoggedEvent, type: string | undefined): string | undefined {
  if (type === undefined) return undefined;
  if (type === "@event") return name ?? "message";
  const word = valueAt(value, type);
  return typeof word === "string" ? word : undefined;
}

/** The spots of a stream, in the order in which they first came. */
export function fieldPathsIn(events: readonly TypedEvent[], type: string | undefined): StreamFieldPath[] {
  const spots = new Map<string, StreamFieldPath & { values: JsonLeaf["value"][] }>();
  for (const event of events) {
    const { channel } = event;
    for (const { place, value } of leavesOf(event.value)) {
      if ((place === type && place !== "") || place === channel?.place) continue;
      const key = `${event.type ?? ""}\0${channel?.word ?? ""}\0${place}`;
      const spot = spots.get(key) ?? { type: event.type, channel, place, values: [] };
      spot.values.push(value);
      spots.set(key, spot);
    }
  }
  return [...spots.values()];
}

/** The texts among the values of a spot. */
export function piecesIn(values: readonly JsonLeaf["value"][]): string[] {
  return values.filter((value) => typeof value === "string");
}
