import { WireError } from "../../../contract/wire-error.ts";
import type { RepeatedExchange, RepeatedMessage } from "../conversation-store.ts";
import type { ReplyEnding } from "../reply-store.ts";
import { replyTo } from "./find-exchange.ts";
import {
  deleteMessage,
  getMessage,
  getMessageRow,
  insertMessage,
  newReply,
  rowFor,
  toMessage,
} from "./message-rows.ts";
import { choose, unchoose } from "./message-tree.ts";
import { getConversationToAnswer, refuseWhileAnswered } from "./one-reply-at-a-time.ts";
import type { ReplyWriter } from "./reply-ownership.ts";
import { selectMessages } from "./reply-text.ts";
import type { Row, SqlValue, Statements, Undoable } from "./sql-database.ts";
import { touchConversation, touchedSession, untouchConversation } from "./touch-conversation.ts";

/** {@link MessageStore.beginAgain} */
export async function beginAgain(
  sql: Statements,
  user: string,
  writer: ReplyWriter,
  { sessionId, messageId, modelName, defaultModel }: RepeatedMessage,
): Promise<Undoable<RepeatedExchange>> {
  const session = await getConversationToAnswer(sql, user, sessionId);
  const conversation = Number(session["id"]);
  const row = await lastUserRow(sql, conversation);
  if (row === undefined) throw nothingToRegenerate(sessionId);
  const message = toMessage(row);
  if (messageId !== undefined) requireLast(await getMessageRow(sql, user, sessionId, messageId), row);
  refuseWhileAnswered(session);
  const earlier = await replyTo(sql, message);
  const dropped = earlier === undefined ? [] : await dropEmpty(sql, conversation, earlier.message_id);
  const left = await unchoose(sql, conversation, Number(row["id"]));
  const now = new Date().toISOString();
  const model = modelName ?? earlier?.model_name ?? defaultModel;
  const begun = await insertMessage(sql, {
    ...rowFor(session, now),
    ...newReply(writer, model),
    parent: Number(row["id"]),
    replaces: left ?? null,
  });
  await touchConversation(sql, session, now, null);
  return {
    // A reply beside other versions is more than its row.
    result: {
      user: message,
      reply: await getMessage(sql, begun.message_id),
      session: touchedSession(session, { now, title: null, added: 1 - dropped.length }),
    },
    undo: async (undoing) => {
      await deleteMessage(undoing, begun.message_id);
      await choose(undoing, left);
      for (const row of dropped) await insertMessage(undoing, row as Record<string, SqlValue>);
      await untouchConversation(undoing, session, null);
    },
  };
}

/**
 * Decides whether a reply that has ended, beside an earlier version, is what is shown. Returns whether its row stays. To be
 * called while that is still `streaming`.
 */
export async function settleVersion(
  sql: Statements,
  replyId: number,
  earlierId: number,
  { status, content, thinking }: ReplyEnding,
): Promise<boolean> {
  const stays = status === "complete" || content !== "" || thinking !== "";
  const isShown = stays && (status === "complete" || status === "cancelled");
  if (stays)
    await sql.run("UPDATE messages SET replaces = NULL, chosen = ? WHERE id = ?", Number(isShown), replyId);
  else await deleteMessage(sql, String(replyId));
  if (!isShown) await choose(sql, earlierId);
  return stays;
}

/** Deletes a reply that is nothing to go back to, with what stands for it; returns the rows that are gone. */
async function dropEmpty(sql: Statements, conversationId: number, replyId: string): Promise<Row[]> {
  const isEmpty = `content = '' AND thinking IS NULL AND status <> 'complete'
    AND NOT EXISTS (SELECT 1 FROM messages AS next WHERE next.parent = messages.id)`;
  const gone = await sql.all(`DELETE FROM messages WHERE id = ? AND ${isEmpty} RETURNING *`, Number(replyId));
  if (gone.length === 0) return gone;
  const summaries = "DELETE FROM messages WHERE conversation_id = ? AND covers_until = ? RETURNING *";
  return [...gone, ...(await sql.all(summaries, conversationId, Number(replyId)))];
}

/** The last user's message that is shown. */
async function lastUserRow(sql: Statements, conversationId: number): Promise<Row | undefined> {
  return await sql.get(
    `${sql.dialect.withPath} ${selectMessages(sql)} WHERE conversation_id = ?1 AND id IN (SELECT id FROM path) AND role = 'user' ORDER BY id DESC LIMIT 1`,
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
