import { isMadeForOne, isSameEndpoint } from "./id-uses.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";

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
