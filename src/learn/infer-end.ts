import type { StreamDescription } from "../contract/wire-description.ts";
import { statusMeant } from "../targets/drivers/described-rows.ts";
import { textAt, valueAt } from "../targets/drivers/json-place.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { LoggedEvent } from "./stream-events.ts";
import type { StreamFieldPath, TypedEvent } from "./stream-field-paths.ts";

/** Names of what tells the end. */
export const ENDING_NAME = /done|end|complete|finish|stop|final|close|eos/i;

/** Names of why a reply has ended. */
export const REASON_NAME = /reason/i;

/** Names of a word for how it did, in an event that is there for that alone. */
const HOW_IT_ENDED = /^(?:end|ending|ended|finish|outcome|how)$/i;

/** Words for a whole reply that need no telling. */
const WHOLE = /^(?:stop|length)$/;

/** A word alone that is no word of a reply's: `[DONE]`, `<end>`, `END`. */
const END_MARK = /^(?:\[\w+\]|<[\w|/ -]+>|_*(?:END|DONE|EOS|EOF|STOP|FINISHED|COMPLETE)_*)$/;

/** The bare text with which a stream ends; undefined where it ends with none. */
export function endMarkOf(events: readonly LoggedEvent[]): string | undefined {
  const last = events.at(-1);
  return last !== undefined && isEndMark(last) ? last.text.trim() : undefined;
}

/** Whether an event is such a text. */
export function isEndMark({ value, text }: LoggedEvent): boolean {
  return typeof value === "string" && END_MARK.test(text.trim());
}

/** What stands at the end, and nowhere before it. */
export function doneOf(
  events: readonly TypedEvent[],
  said: StreamFieldPath,
  type: string | undefined,
): StreamDescription["done"] {
  const last = events.at(-1);
  if (last === undefined) return undefined;
  const mark = endMarkOf(events);
  if (mark !== undefined) return { data: mark };
  const own = [...events]
    .reverse()
    .find(({ type }) => type !== undefined && type !== said.type && ENDING_NAME.test(type));
  const ending = own ?? (last.type !== undefined && last.type !== said.type ? last : undefined);
  if (ending !== undefined && events.filter(({ type }) => type === ending.type).length === 1) {
    const words = leavesOf(ending.value).filter(
      ({ place, value }) => typeof value === "string" && !(place === type && value === ending.type),
    );
    const reason =
      words.find(({ place }) => REASON_NAME.test(lastName(place))) ??
      words.find(({ value }) => WHOLE.test(String(value)) || statusMeant(String(value)) === "complete") ??
      words.find(({ place, value }) => HOW_IT_ENDED.test(lastName(place)) && !/\s/.test(String(value)));
    return { of: ending.type, ...toldBy(reason) };
  }
  return flagOf(events, said);
}

/** The reply that was logged came whole, so its word is the one for that; unless it is known to be another. */
export function toldBy(reason: JsonLeaf | undefined): object {
  if (reason === undefined) return {};
  const word = String(reason.value);
  if (statusMeant(word) === "cancelled") return { reason: reason.place, reasons: { cancelled: [word] } };
  return { reason: reason.place, ...(!WHOLE.test(word) && { reasons: { stop: [word] } }) };
}

/** `done: true`, or a reason, which only the last ones have. */
function flagOf(events: readonly TypedEvent[], said: StreamFieldPath): StreamDescription["done"] {
  const late = events.slice(-2);
  const isOnlyLate = (place: string, value: unknown): boolean =>
    events.slice(0, -2).every((event) => (valueAt(event.value, place) ?? null) !== value);
  const isOnlyThere = (place: string): boolean =>
    events.slice(0, -2).every((event) => (valueAt(event.value, place) ?? null) === null);
  const leaves = late.flatMap(({ value }) => leavesOf(value));
  // What is named for it first; else whatever is true of the last event alone, which says nothing of the text.
  const flags = leaves.filter(({ place, value }) => value === true && isOnlyLate(place, true));
  const isBare = textAt(events.at(-1)?.value, said.place) === null;
  const flag =
    flags.find(({ place }) => ENDING_NAME.test(lastName(place))) ?? (isBare ? flags[0] : undefined);
  const reason = leaves.find(
    ({ place, value }) =>
      typeof value === "string" &&
      (REASON_NAME.test(lastName(place)) || (isBare && statusMeant(value) === "complete")) &&
      isOnlyLate(place, value),
  );
  const ended = leaves.find(
    ({ place, value }) =>
      typeof value === "string" &&
      ENDING_NAME.test(lastName(place)) &&
      place !== said.place &&
      isOnlyThere(place),
  );
  const told = toldBy(reason ?? (flag === undefined ? ended : undefined));
  if (flag !== undefined) return { where: { [flag.place]: true }, ...told };
  if (reason === undefined) return ended === undefined ? undefined : { has: ended.place, ...told };
  const isThere = isOnlyThere(reason.place);
  return { ...(isThere ? { has: reason.place } : { where: { [reason.place]: reason.value } }), ...told };
}
