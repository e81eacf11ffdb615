import { type IdUse, idsToldBy, idsUsedBy, isMadeForOne, isSameEndpoint } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { CONVERSATION_NAME, isVersion, MODEL_NAME, segmentsOf } from "./network-log-words.ts";

/** What a page calls the word that it makes up for one message. */
const KEY_NAME =
  /^(?:id|uuid|nonce)$|(?:^|[_-])(?:key|nonce)$|(?:message|msg|request|req|turn)[_-]?(?:id|uuid|key)$/i;

/** What such a word may stand in: the message itself, and nothing else that has an id, such as a model. */
const MESSAGE_PART = /^\d+$|message|msg|request|payload|data/i;

/**
 * The words that a page made up for a message alone, by where they stand: another one in each message of the log, or, of the
 * only one, a word that looks made for one thing.
 */
export function clientMessageKeys({ exchanges }: NetworkLog, send: LoggedExchange): readonly JsonLeaf[] {
  const others = exchanges
    .filter((each) => each !== send && isSameEndpoint(each, send))
    .map((each) => leavesOf(each.requestBody));
  const isOther = ({ place, value }: JsonLeaf): boolean =>
    !others.flat().some((each) => each.place === place && each.value === value);
  return leavesOf(send.requestBody).filter(
    (leaf) =>
      KEY_NAME.test(lastName(leaf.place)) &&
      leaf.place
        .split(".")
        .slice(0, -1)
        .every((part) => MESSAGE_PART.test(part)) &&
      isMadeForOne(String(leaf.value)) &&
      isOther(leaf),
  );
}

/**
 * The words that a page made up for messages and put into their addresses: `/chats/7/turns/{key}`. Two messages of one thing
 * differ in them, and no answer had told them before. Of a message that is the only one: what it was put to.
 */
export function keysInAddresses(log: NetworkLog, send: LoggedExchange): ReadonlySet<string> {
  const alike = log.exchanges.filter((each) => isSameEndpoint(each, send) && each.status < 400);
  const told = log.exchanges.flatMap(idsToldBy);
  const keys = alike.flatMap((each) => {
    const others = alike.filter((other) => other.path !== each.path && isOfOne(each, other));
    const own = idsUsedBy(each).filter(({ isInPath, value }) => isInPath && isMadeForOne(value));
    return own.filter(
      (use) =>
        (others.some((other) => isOther(use, other)) || (alike.length === 1 && isPutTo(use))) &&
        !isToldBefore(use, told),
    );
  });
  return new Set(keys.map(({ value }) => value));
}

/** Whether two messages name one thing beside: then what they differ in is not the conversation. */
function isOfOne(one: LoggedExchange, other: LoggedExchange): boolean {
  const named = new Set(
    idsUsedBy(other)
      .filter(mayBeConversationId)
      .map(({ value }) => value),
  );
  return idsUsedBy(one).some((use) => mayBeConversationId(use) && named.has(use.value));
}

function mayBeConversationId({ value, names, isInPath }: IdUse): boolean {
  if (isVersion(value) || names.some((name) => MODEL_NAME.test(name))) return false;
  return /\d/.test(value) && (isInPath || names.some((name) => CONVERSATION_NAME.test(name)));
}

/** Whether a call makes what has this name, in something that has one, too. */
function isPutTo({ value, exchange: { method, path } }: IdUse): boolean {
  const [last, ...others] = segmentsOf(path).toReversed();
  return method === "PUT" && last === value && others.some((each) => /\d/.test(each) && !isVersion(each));
}

/** Whether another message does not have this word. */
function isOther({ value }: IdUse, { path, origin }: LoggedExchange): boolean {
  const query = [...new URL(path, origin).searchParams.values()];
  return ![...segmentsOf(path), ...query].includes(value);
}

function isToldBefore({ value, exchange }: IdUse, told: readonly IdUse[]): boolean {
  return told.some(
    (each) =>
      each.value === value && each.exchange !== exchange && each.exchange.began_ms < exchange.began_ms,
  );
}
