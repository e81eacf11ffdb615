import { type EventId, parseEventId, STEP } from "../../contract/event-id.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { Exchange, UserStore } from "../conversations/conversation-store.ts";
import type { EventLog } from "../stream/event-log.ts";
import type { ReplyRelay } from "./reply-relay.ts";
import type { RunningReplies } from "./running-replies.ts";

/** Which reply of a conversation a reader asks for. */
export interface AskedLog {
  readonly sessionId: string;
  /** The reply, or the message that it answers; undefined for the one that runs, or the last. */
  readonly messageId?: string | undefined;
  /** Where a reader that comes back left off. */
  readonly seen?: EventId | undefined;
}

/**
 * The log of the reply that a reader asks for: the named one; else the one that the reader comes back to; else the
 * running one, or the last. Undefined where the reader has seen the end of a reply that is not there any more, so that
 * it lacks nothing. Throws `conversation_not_found`, `message_not_found` or `nothing_to_stream`.
 */
export async function findLog(
  user: string,
  store: UserStore,
  replies: RunningReplies,
  asked: AskedLog,
): Promise<EventLog | undefined> {
  const { sessionId, messageId, seen } = asked;
  // Whose it is, before any reply of it is looked at.
  if (!isRunningFor(user, replies.find(sessionId))) await store.conversations.get(sessionId);
  const kept = replies.find(sessionId);
  const wanted = messageId ?? seen?.messageId;
  // Also one that has no row any more: it was to take the place of another one, and has failed.
  const isKeptMeant = wanted === kept?.messageId || (wanted === undefined && (await isPresent(store, kept)));
  if (kept !== undefined && isKeptMeant) return kept.log;
  if (messageId !== undefined) return replies.logOf(await findExchange(store, sessionId, messageId));
  const before = seen && (await store.messages.exchangeOf(seen.messageId));
  const isReply = before !== undefined && before.reply.message_id === seen?.messageId;
  if (isReply && before.user.session_id === sessionId) return replies.logOf(before);
  if (hasSeenEnd(seen) && before === undefined) return undefined;
  if (kept !== undefined && (await isPresent(store, kept))) return kept.log;
  return replies.logOf(await lastExchange(store, sessionId));
}

/** Whether a reply runs here that is known to be this user's: then its conversation is, too. */
function isRunningFor(user: string, reply: ReplyRelay | undefined): boolean {
  return reply !== undefined && reply.user === user && !reply.log.ended;
}

/** The last exchange that has ended. Throws `nothing_to_stream`. */
async function lastExchange(store: UserStore, sessionId: string): Promise<Exchange> {
  const rows = await store.messages.list(sessionId);
  const last = rows.findLast((row) => row.role === "assistant" && row.status !== "streaming");
  const exchange = last && (await store.messages.exchangeOf(last.message_id));
  if (exchange !== undefined) return exchange;
  throw new WireError(
    "nothing_to_stream",
    `Conversation ${sessionId} has no reply yet.`,
    "Send a message first.",
  );
}

/** The last rows of a conversation: a message and its reply, and summaries that were made meanwhile. */
const LAST_ROWS = 4;

/**
 * Whether a reply that is kept here is what its conversation shows now: it runs; or it is the last; or it has failed,
 * and whoever asked for it is to be told so. Other HMIs may have answered another message since, or the same one again.
 */
async function isPresent(store: UserStore, kept: ReplyRelay | undefined): Promise<boolean> {
  if (kept === undefined || !kept.log.ended) return kept !== undefined;
  const rows = await store.messages.list(kept.sessionId, LAST_ROWS);
  const reply = rows.findLast(({ role }) => role === "assistant");
  if (reply?.message_id === kept.messageId || kept.savedStatus === "complete") {
    return reply?.message_id === kept.messageId;
  }
  const message = rows.findLast(({ role }) => role === "user");
  const isNewer = reply !== undefined && isLaterMessage(reply.message_id, kept.messageId);
  return !isNewer && kept.names.includes(message?.message_id ?? "");
}

/**
 * The log of the reply that a reader comes back to, in whatever conversation it is; undefined as {@link findLog} says.
 * Throws `not_found`.
 */
export async function findLogOfEvent(
  store: UserStore,
  replies: RunningReplies,
  lastEventId: string,
): Promise<EventLog | undefined> {
  const seen = parseEventId(lastEventId);
  const exchange = seen && (await store.messages.exchangeOf(seen.messageId));
  if (exchange?.reply.message_id === seen?.messageId && exchange !== undefined)
    return replies.logOf(exchange);
  if (hasSeenEnd(seen) && exchange === undefined) return undefined;
  throw new WireError(
    "not_found",
    `Last-Event-ID "${lastEventId}" names no reply here.`,
    "Send the message again without Last-Event-ID.",
  );
}

/** Ids of messages grow; see `MessageStore`. */
function isLaterMessage(messageId: string, other: string): boolean {
  return BigInt(messageId) > BigInt(other);
}

function hasSeenEnd(seen: EventId | undefined): boolean {
  return seen !== undefined && seen.place.step >= STEP.done;
}

/** The exchange of a conversation that one of its two messages names. Throws `message_not_found`. */
export async function findExchange(
  store: UserStore,
  sessionId: string,
  messageId: string,
): Promise<Exchange> {
  const exchange = await store.messages.exchangeOf(messageId);
  if (exchange?.user.session_id === sessionId) return exchange;
  throw new WireError(
    "message_not_found",
    `Conversation ${sessionId} has no message "${messageId}".`,
    "Load the conversation again: the reply may have been replaced since.",
  );
}
