import { idsUsedBy, isMadeForOne } from "./id-uses.ts";
import { leavesOf } from "./json-leaves.ts";
import { jsonAnswer, type LoggedExchange } from "./network-log.ts";
import { callNameOf, DELETION_NAME, idInSegment, segmentsOf } from "./network-log-words.ts";

interface Known {
  /** The ids of conversations. */
  readonly conversations: ReadonlySet<string>;
  /** The ids of replies, and what the page made up for its messages. */
  readonly replies: ReadonlySet<string>;
  /** Each time that the conversations were listed. */
  readonly lists: readonly LoggedExchange[];
}

/** The calls that take a conversation away. */
export interface Deletions {
  /** By its method, by its name, or since the list of conversations lacks it afterwards. */
  readonly isDeletion: (call: LoggedExchange) => boolean;
  /** Whether a call cannot be one that ends a reply: it takes a conversation away, and not something of it. */
  readonly isOfConversation: (call: LoggedExchange) => boolean;
  /** Of several the one that is of the conversation itself. */
  readonly best: (calls: readonly LoggedExchange[]) => LoggedExchange | undefined;
}

/** What is known of how a log's conversations were deleted. */
export function learnDeletions({ conversations, replies, lists }: Known): Deletions {
  const isOf = (exchange: LoggedExchange, values: ReadonlySet<string>): boolean =>
    idsUsedBy(exchange).some(({ value }) => values.has(value));
  const isNamed = (call: LoggedExchange): boolean => DELETION_NAME.test(callNameOf(call));
  const isSeen = (call: LoggedExchange): boolean =>
    call.method !== "GET" &&
    idsUsedBy(call).some(({ value }) => conversations.has(value) && isGoneAfter(call, value, lists));
  const isDeletion = (call: LoggedExchange): boolean =>
    (call.method === "DELETE" || isNamed(call) || isSeen(call)) &&
    isOf(call, conversations) &&
    !isOf(call, replies);
  const isOfConversation = (call: LoggedExchange): boolean =>
    isDeletion(call) && (isNamed(call) || isSeen(call) || endsWith(call, conversations));
  return {
    isDeletion,
    isOfConversation,
    // What is deleted below the conversation's address is something of it.
    best: (calls) =>
      calls.find((call) => endsWith(call, conversations)) ?? calls.find(isSeen) ?? calls.find(isNamedAlone),
  };
}

/** Whether the last list before a call has an id, and the next one after it does not. */
function isGoneAfter(call: LoggedExchange, id: string, lists: readonly LoggedExchange[]): boolean {
  const before = lists.findLast(({ began_ms }) => began_ms < call.began_ms);
  const after = lists.find(({ began_ms }) => began_ms > call.began_ms);
  return before !== undefined && after !== undefined && has(before, id) && !has(after, id);
}

/** Whether an answer has a value, or a name. */
function has(list: LoggedExchange, id: string): boolean {
  return leavesOf(jsonAnswer(list)).some(
    ({ place, value }) => String(value) === id || place.split(".").includes(id),
  );
}

/** Whether its address ends with a word, and not with the name of something that nothing has told. */
function isNamedAlone({ path }: LoggedExchange): boolean {
  return !isMadeForOne(segmentsOf(path).at(-1) ?? "");
}

function endsWith({ path }: LoggedExchange, values: ReadonlySet<string>): boolean {
  const last = segmentsOf(path).at(-1) ?? "";
  return values.has(last) || values.has(idInSegment(last).id);
}
