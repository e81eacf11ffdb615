import { WireError } from "../../../errors.ts";
import type { RepeatedExchange, RepeatedMessage, ReplyEnding } from "../store.ts";
import type { Row, SqlValue, Statements, Undoable } from "./database.ts";
import { deleteMessage, emptyReply, replyTo, requireNoReplyRunning, touch } from "./exchanges.ts";
import { getMessageRow, historyOf, insertMessage, rowFor, toMessage } from "./message-rows.ts";
import { choose, unchoose, WITH_PATH } from "./message-tree.ts";
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
  const { id: conversation } = getConversationKeys(sql, user, sessionId);
  const row = lastUserRow(sql, conversation);
  if (row === undefined) throw nothingToRegenerate(sessionId);
  const message = toMessage(row);
  if (messageId !== undefined) requireLast(getMessageRow(sql, user, sessionId, messageId), row);
  requireNoReplyRunning(sql, user, sessionId);
  const earlier = replyTo(sql, message);
  const dropped = earlier === undefined ? [] : dropEmpty(sql, conversation, earlier.message_id);
  const left = unchoose(sql, conversation, Number(row["id"]));
  const touched = touch(sql, sessionId, null);
  const model = modelName ?? earlier?.model_name ?? defaultModel;
  const begun = insertMessage(sql, {
    ...rowFor(sql, user, sessionId, touched.result),
    ...emptyReply(writer, model),
    parent: Number(row["id"]),
    replaces: left ?? null,
  });
  const history = historyOf(sql, user, sessionId);
  return {
    result: {
      user: message,
      reply: history.messages.at(-1) ?? begun,
      session: getSession(sql, user, sessionId),
      history: { ...history, messages: history.messages.slice(0, -1) },
    },
    undo: (undoing) => {
      deleteMessage(undoing, begun.message_id);
      choose(undoing, left);
      for (const row of dropped) insertMessage(undoing, row as Record<string, SqlValue>);
      touched.undo(undoing);
    },
  };
}

/**
 * Decides whether a reply that has ended, beside an earlier version, is what is shown. Returns whether its row stays. To be
 * called while that is still `streaming`.
 */
export function settleVersion(
  sql: Statements,
  replyId: number,
  earlierId: number,
  { status, content, thinking }: ReplyEnding,
): boolean {
  const stays = status === "complete" || content !== "" || thinking !== "";
  const isShown = stays && (status === "complete" || status === "cancelled");
  if (stays)
    sql.run("UPDATE messages SET replaces = NULL, chosen = ? WHERE id = ?", Number(isShown), replyId);
  else deleteMessage(sql, String(replyId));
  if (!isShown) choose(sql, earlierId);
  return stays;
}

/** Deletes a reply that is nothing to go back to, with what stands for it; returns the rows that are gone. */
function dropEmpty(sql: Statements, conversationId: number, replyId: string): Row[] {
  const isEmpty = `content = '' AND thinking IS NULL AND status <> 'complete'
    AND NOT EXISTS (SELECT 1 FROM messages AS next WHERE next.parent = messages.id)`;
  const gone = sql.all(`DELETE FROM messages WHERE id = ? AND ${isEmpty} RETURNING *`, Number(replyId));
  if (gone.length === 0) return gone;
  const summaries = "DELETE FROM messages WHERE conversation_id = ? AND covers_until = ? RETURNING *";
  return [...gone, ...sql.all(summaries, conversationId, Number(replyId))];
}

/** The last user's message that is shown. */
function lastUserRow(sql: Statements, conversationId: number): Row | undefined {
  return sql.get(
    `${WITH_PATH} ${SELECT_MESSAGES} WHERE id IN path AND role = 'user' ORDER BY id DESC LIMIT 1`,
    conversationId,
  );
}

/** Throws unless that is the last message, or a reply to it. */
function requireLast(named: Row, last: Row): void {
  if (named["id"] === last["id"] || named["parent"] === last["id"]) return;
  throw new WireError(
    "message_superseded",
    `Conversation ${last["conversation_id"]} has gone on since message "${named["id"]}".`,
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
