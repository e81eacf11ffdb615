import { valueAt } from "../targets/drivers/json-place.ts";
import { leavesOf } from "./json-leaves.ts";
import type { TypedEvent } from "./stream-field-paths.ts";

/** Names and words by which back ends tell what a model thinks from what it says. */
export const THOUGHT = /think|thought|reason(?!$|_?code)/i;

/**
 * The events, each with the word by which it says whether its text is the reply's or a thought, where events of one type carry
 * both: `{"type": "delta", "channel": "thinking", "text": "..."}`.
 */
export function withTextChannels(events: readonly TypedEvent[], type: string | undefined): TypedEvent[] {
  const places = new Map(
    [...Map.groupBy(events, (event) => event.type)].map(([name, alike]) => [name, placeIn(alike, type)]),
  );
  return events.map((event) => {
    const place = places.get(event.type);
    const word = place === undefined ? undefined : valueAt(event.value, place);
    return place === undefined || typeof word !== "string" ? event : { ...event, channel: { place, word } };
  });
}

/** The place where all events of a type have one of a few words, of which one is a word for thoughts. */
function placeIn(events: readonly TypedEvent[], type: string | undefined): string | undefined {
  return leavesOf(events[0]?.value)
    .map(({ place }) => place)
    .find((place) => {
      const words = events.map(({ value }) => valueAt(value, place));
      const kinds = new Set(words);
      return (
        place !== type &&
        kinds.size > 1 &&
        // Pieces of a text are as many as its events.
        kinds.size * 2 <= words.length &&
        words.every((word) => typeof word === "string" && /^[\w.-]{1,30}$/.test(word)) &&
        words.some((word) => THOUGHT.test(String(word)))
      );
    });
}
