import type { Message } from "../../../contract/hmi.ts";
import { WireError } from "../../../errors.ts";
import type { RepeatedExchange, RepeatedMessage, ReplyEnding } from "../store.ts";
import type { Row, SqlValue, Statements, Undoable } from "./database.ts";
import { deleteMessage, emptyReply, requireNoReplyRunning, touch } from "./exchanges.ts";
import { findRow, historyOf, insertMessage, lastUserMessage, rowFor, toMessage } from "./message-rows.ts";
import { SELECT_MESSAGES } from "./reply-text.ts";
import { getConversationKeys, getSession } from "./sessions.ts";
import type { Writer } from "./writer.ts";

/** {@link MessageStore.beginAgain} */
export function beginAgain(
  sql: Statements,
  user: string,
  writer: Writer,
  { sessionId, messageId, modelName, defaultModel }: RepeatedMessage,
): Undoable<RepeatedExchange> {
  const message = lastOf(sql, user, sessionId, "user");
  if (message === undefined) throw nothingToRegenerate(sessionId);
  if (messageId !== undefined) requireLast(sql, user, { sessionId, messageId, last: message });
  requireNoReplyRunning(sql, user, sessionId);
  const earlier = lastOf(sql, user, sessionId, "assistant", message);
  const isKept = earlier?.status === "complete";
  const dropped = earlier === undefined || isKept ? [] : dropReplaced(sql, earlier.message_id);
  const touched = touch(sql, sessionId, null);
  const shared = rowFor(sql, user, sessionId, touched.result);
  const model = modelName ?? earlier?.model_name ?? defaultModel;
  const replaces = isKept ? Number(earlier.message_id) : null;
  const reply = insertMessage(sql, { ...shared, ...emptyReply(writer, model), replaces });
  const history = historyOf(sql, user, sessionId);
  return {
    result: {
      user: message,
      reply,
      session: getSession(sql, user, sessionId),
      history: { ...history, messages: history.messages.slice(0, -1) },
    },
    undo: (undoing) => {
      deleteMessage(undoing, reply.message_id);
      for (const row of dropped) insertMessage(undoing, row as Record<string, SqlValue>);
      touched.undo(undoing);
    },
  };
}

/**
 * Decides between a reply that has ended and the one that it was to replace: one of them goes. Returns whether the
 * new one stays. To be called while its row is still `streaming`.
 */
export function settleReplacement(
  sql: Statements,
  replyId: number,
  earlierId: number,
  status: ReplyEnding["status"],
): boolean {
  if (status !== "complete") {
    deleteMessage(sql, String(replyId));
    return false;
  }
  sql.run("UPDATE messages SET replaces = NULL WHERE id = ?", replyId);
  dropReplaced(sql, String(earlierId));
  return true;
}

/**
 * Deletes a reply, with the summaries that would tell of it or hide the message that it answered; those before hold
 * again. Returns the rows that are gone.
 */
function dropReplaced(sql: Statements, replyId: string): Row[] {
  const id = Number(replyId);
  const conversation = Number(sql.get("SELECT conversation_id AS id FROM messages WHERE id = ?", id)?.["id"]);
  return sql.all(
    "DELETE FROM messages WHERE id = ?1 OR conversation_id = ?2 AND covers_until >= ?3 RETURNING *",
    id,
    conversation,
    lastUserMessage(sql, conversation, id) ?? id,
  );
}

/** The conversation's last message in that role, after a given one. */
function lastOf(
  sql: Statements,
  user: string,
  sessionId: string,
  role: Message["role"],
  after?: Message,
): Message | undefined {
  const row = sql.get(
    `${SELECT_MESSAGES} WHERE conversation_id = ? AND role = ? AND id > ? ORDER BY id DESC LIMIT 1`,
    getConversationKeys(sql, user, sessionId).id,
    role,
    Number(after?.message_id ?? 0),
  );
  return row && toMessage(row);
}

/** Throws unless that is the last message of the conversation, or a reply to it. */
function requireLast(
  sql: Statements,
  user: string,
  { sessionId, messageId, last }: { sessionId: string; messageId: string; last: Message },
): void {
  const row = findRow(sql, user, messageId);
  const isThere = row !== undefined && String(row["conversation_id"]) === last.session_id;
  if (!isThere || row["message_type"] !== "chat") {
    throw new WireError(
      "message_not_found",
      `Conversation ${sessionId} has no message "${messageId}".`,
      "Load the conversation again: the reply may have been replaced since.",
    );
  }
  if (Number(row["id"]) >= Number(last.message_id)) return;
  throw new WireError(
    "message_superseded",
    `Conversation ${sessionId} has gone on since message "${messageId}".`,
    "Only the reply to the last message can be written anew.",
  );
}

function nothingToRegenerate(sessionId: string): WireError {
  return new WireError(
    "nothing_to_regenerate",
    `Nothing was said yet in conversation ${sessionId}.`,
    "Send a message first.",
  );
}
