import type { SeenCall } from "../http-client.ts";
import { itemsAt, listAt, valueAt } from "./json-place.ts";
import { Refusal } from "./refusal.ts";

/** The list at a place of an answer. Throws a {@link Refusal} that quotes the answer where there is none. */
export function requireList(answer: SeenCall, place: string): readonly unknown[] {
  return required(answer, listAt(answer.body, place));
}

/** The same, also of a map by names, in its order; none where what the list is to stand in has nothing at all, as before the first. */
export function requireItems(answer: SeenCall, place: string): readonly unknown[] {
  return required(answer, itemsAt(answer.body, place) ?? (isInNothing(answer.body, place) ? [] : undefined));
}

function isInNothing(body: unknown, place: string): boolean {
  const names = place.split(".");
  return names.slice(1).some((_, index) => {
    const holder = valueAt(body, names.slice(0, index + 1).join("."));
    return holder === null || (typeof holder === "object" && Object.keys(holder).length === 0);
  });
}

function required(answer: SeenCall, found: readonly unknown[] | undefined): readonly unknown[] {
  if (answer.status >= 300 || found === undefined) throw new Refusal(answer);
  return found;
}
