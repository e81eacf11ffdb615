import { type IdUse, isMadeForOne, isSameEndpoint } from "./id-uses.ts";
import { isInList } from "./json-leaves.ts";
import type { LoggedExchange } from "./network-log.ts";
import { CONVERSATION_NAME, MODEL_NAME } from "./network-log-words.ts";

/** Long enough to be nobody's word: UUIDs, hashes, what `nanoid` makes. */
const MADE_UP = /^(?:[\da-f]{8}-[\da-f-]{20,}|[\da-f]{20,}|[\w-]{20,})$/i;

/**
 * Whether a value that no answer told is an id which the page made up itself. `send`: the request that carried the message;
 * `rows`: the one that listed what was said.
 */
export function isClientGenerated(
  value: string,
  uses: readonly IdUse[],
  { send, rows }: { readonly send: LoggedExchange; readonly rows: LoggedExchange | undefined },
): boolean {
  const isSent = uses.some(({ exchange, isNamed }) => isNamed && exchange === send);
  return isOfEachMessage(uses, send) || isOfConversation(uses, send, rows) || (MADE_UP.test(value) && isSent);
}

/** Whether a message names something made for one thing which is called a conversation, or by which what was said is listed. */
function isOfConversation(
  uses: readonly IdUse[],
  send: LoggedExchange,
  rows: LoggedExchange | undefined,
): boolean {
  const own = uses.filter(({ exchange, place }) => place !== "" && exchange === send);
  const isListed = uses.some(({ exchange, isInPath }) => isInPath && exchange === rows);
  return (
    own.length > 0 &&
    own.every(
      ({ value, place, names }) =>
        isMadeForOne(value) &&
        // The turns of a conversation have ids of their own.
        !isInList(place) &&
        names.every(
          (name) => (CONVERSATION_NAME.test(name) && !MODEL_NAME.test(name)) || (isListed && name === "id"),
        ),
    )
  );
}

/**
 * Whether two messages at least name the same thing, in a field of their own which is called nothing more than an id, or a
 * conversation: what a page makes up for one.
 */
export function isOfEachMessage(uses: readonly IdUse[], send: LoggedExchange): boolean {
  const own = uses.filter(({ exchange, place }) => place !== "" && isSameEndpoint(exchange, send));
  const isBare = own.every(
    ({ value, place, names }) =>
      isMadeForOne(value) &&
      !isInList(place) &&
      names.every((name) => name === "id" || CONVERSATION_NAME.test(name)),
  );
  return isBare && new Set(own.map(({ exchange }) => exchange)).size > 1;
}
