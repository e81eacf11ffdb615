import { itemsOfMap } from "../targets/drivers/json-place.ts";

/** One value in JSON that holds no others, with where it stands: `choices.0.delta.content`. */
export interface JsonLeaf {
  readonly place: string;
  readonly value: string | number | boolean | null;
}

/** Deeper nobody keeps what a chat needs. */
const DEEPEST = 12;

/** The leaves of JSON, in its own order. */
export function leavesOf(value: unknown, place = "", deepest = DEEPEST): JsonLeaf[] {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
    return [{ place, value: value as JsonLeaf["value"] }];
  }
  if (typeof value !== "object" || deepest === 0) return [];
  return (
    Object.entries(value ?? {})
      // A name with a dot or a space in it cannot be said as a place.
      .filter(([name]) => /^[^.\s]+$/.test(name))
      .flatMap(([name, inner]) => leavesOf(inner, place === "" ? name : `${place}.${name}`, deepest - 1))
  );
}

/** A list in JSON, with where it stands; empty: the whole. */
export interface ListOf<Item> {
  readonly place: string;
  readonly items: readonly Item[];
}

type ListOfObjects = ListOf<object>;

/** The lists in JSON whose items are objects, and then its maps of such items, the outermost first of each. */
export function listsAndMapsIn(value: unknown): ListOfObjects[] {
  return [...listsIn(value), ...mapsIn(value)];
}

function listsIn(value: unknown, place = "", deepest = 4): ListOfObjects[] {
  if (typeof value !== "object" || value === null || deepest === 0) return [];
  const own =
    Array.isArray(value) &&
    !isBatch(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === "object" && item !== null)
      ? [{ place, items: value as object[] }]
      : [];
  const inner = Array.isArray(value) && !isBatch(value) ? [] : Object.entries(value);
  return [
    ...own,
    // What a call is answered stands as deep in a batch as by itself.
    ...inner.flatMap(([name, each]) =>
      listsIn(each, place === "" ? name : `${place}.${name}`, isBatch(value) ? deepest + 1 : deepest - 1),
    ),
  ];
}

/** Whether a list is the answers to several calls that were made by one, as tRPC and JSON-RPC have them: no things of one kind. */
function isBatch(list: unknown): boolean {
  const isAnswer = (item: unknown): boolean =>
    typeof item === "object" &&
    item !== null &&
    ("result" in item || "error" in item) &&
    // A thing that also tells what went wrong with it is none.
    Object.keys(item).every((name) => /^(?:result|error|id|jsonrpc)$/.test(name));
  return Array.isArray(list) && list.length > 0 && list.every(isAnswer);
}

/** The lists in JSON whose items are texts, as names are listed: `["a", "b"]`. */
export function listsOfTextsIn(value: unknown, place = "", deepest = 4): ListOf<string>[] {
  if (typeof value !== "object" || value === null || deepest === 0) return [];
  if (Array.isArray(value) && !isBatch(value)) {
    const areTexts = value.length > 0 && value.every((item) => typeof item === "string");
    return areTexts ? [{ place, items: value as string[] }] : [];
  }
  return Object.entries(value).flatMap(([name, each]) =>
    listsOfTextsIn(each, place === "" ? name : `${place}.${name}`, deepest - 1),
  );
}

/** Each map as a list of its items. */
function mapsIn(value: unknown, place = "", deepest = 4): ListOfObjects[] {
  if (typeof value !== "object" || value === null || deepest === 0) return [];
  if (Array.isArray(value) && !isBatch(value)) return [];
  const items = itemsOfMap(value) ?? [];
  return [
    ...(items.length > 0 ? [{ place, items }] : []),
    ...Object.entries(value).flatMap(([name, each]) =>
      mapsIn(each, place === "" ? name : `${place}.${name}`, deepest - 1),
    ),
  ];
}

/** `content` of `choices.0.delta.content`. */
export function lastName(place: string): string {
  return place.split(".").at(-1) ?? "";
}

/** Whether a place is in an item of a list; one of several answers that came by one call is no item. */
export function isInList(place: string): boolean {
  return /(?:^|\.)\d+(?:\.|$)/.test(place.replace(/^\d+\.(?=result\b)/, ""));
}
