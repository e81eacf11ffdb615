import type { SeenCall } from "../http-client.ts";
import { itemsAt, listAt } from "./json-place.ts";
import { Refusal } from "./refused-words.ts";

/** The list at a place of an answer. Throws a {@link Refusal} that quotes the answer where there is none. */
export function requireList(answer: SeenCall, place: string): readonly unknown[] {
  const list = answer.status < 300 ? listAt(answer.body, place) : undefined;
  if (list === undefined) throw new Refusal(answer);
  return list;
}

/** The same, also of a map by names, in its order. */
export function requireItems(answer: SeenCall, place: string): readonly unknown[] {
  const items = answer.status < 300 ? itemsAt(answer.body, place) : undefined;
  if (items === undefined) throw new Refusal(answer);
  return items;
}
