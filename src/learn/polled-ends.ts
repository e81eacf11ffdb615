import type { StreamDescription } from "../contract/wire-description.ts";
import { valueAt } from "../targets/drivers/json-place.ts";
import { parsedEvent } from "../targets/drivers/stream-framings.ts";
import { isFailure } from "./infer-beside-text.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { LoggedExchange } from "./network-log.ts";

/** Where the answers of a reply that is polled say how it stands; undefined where no place is known. */
export function endPlaceOf({ framing, done }: StreamDescription): string | undefined {
  if (framing !== "polled" || done === undefined || Array.isArray(done)) return undefined;
  return done.reason ?? Object.keys(done.where ?? {})[0];
}

/** The word with which such a reply ended, where no answer but the last has it; undefined for none. */
export function endWordOf(
  description: StreamDescription,
  { polls }: Pick<LoggedExchange, "polls">,
): string | undefined {
  const word = [...wordsIn(description, { polls })].at(-1);
  const before = wordsIn(description, { polls: polls.slice(0, -1) });
  return typeof word === "string" && !before.has(word) ? word : undefined;
}

/** The words with which its answers say how it stands, in their order. */
export function wordsIn(
  description: StreamDescription,
  { polls }: Pick<LoggedExchange, "polls">,
): ReadonlySet<unknown> {
  const place = endPlaceOf(description);
  return new Set(place === undefined ? [] : polls.map(({ text }) => valueAt(parsedEvent(text), place)));
}

/** With the word by which a reply ends that was cancelled. */
export function withCancelWord(stream: StreamDescription, word: string | undefined): StreamDescription {
  const place = endPlaceOf(stream);
  const { done } = stream;
  if (word === undefined || place === undefined || done === undefined || Array.isArray(done)) return stream;
  const told = { reason: place, reasons: { cancelled: [word] } };
  return { ...stream, done: [done, { where: { [place]: word }, ...told }] };
}

/** What the last answer of a reply that is polled says of an error, and none before. */
export function errorIn({ polls }: Pick<LoggedExchange, "polls">): JsonLeaf | undefined {
  const [last, ...before] = polls.map(({ text }) => parsedEvent(text)).toReversed();
  const fresh = leavesOf(last).filter(
    ({ place, value }) =>
      typeof value === "string" && value !== "" && before.every((answer) => valueAt(answer, place) !== value),
  );
  const errors = fresh.filter(({ place, value }) => isFailure({ type: undefined, place, values: [value] }));
  return errors.find(({ place }) => MESSAGE_NAME.test(lastName(place))) ?? errors[0];
}

const MESSAGE_NAME = /message|detail|error|text|reason/i;
