import type { SeenCall } from "../http-client.ts";
import { itemsAt, listAt } from "./json-place.ts";
import { Refusal } from "./refusal.ts";

/** The list at a place of an answer. Throws a {@link Refusal} that quotes the answer where there is none. */
export function requireList(answer: SeenCall, place: string): readonly unknown[] {
  return required(answer, listAt(answer.body, place));
}

/** The same, also of a map by names, in its order. */
export function requireItems(answer: SeenCall, place: string): readonly unknown[] {
  return required(answer, itemsAt(answer.body, place));
}

function required(answer: SeenCall, found: readonly unknown[] | undefined): readonly unknown[] {
  if (answer.status >= 300 || found === undefined) throw new Refusal(answer);
  return found;
}
