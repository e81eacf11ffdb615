import { LIMITS } from "../../../contract/defaults.ts";
import type { Message } from "../../../contract/hmi.ts";
import { WireError } from "../../../errors.ts";
import type { BegunExchange, Exchange, NewExchange, RepeatedExchange, RepeatedMessage } from "../store.ts";
import type { Database, SqlValue, Statements } from "./database.ts";
import { historyOf, insertMessage, rowFor, toMessage } from "./message-rows.ts";
import { SELECT_MESSAGES } from "./reply-text.ts";
import { getSession, NEXT_ACTIVITY } from "./sessions.ts";
import { isConflict } from "./sqlite-errors.ts";
import type { Writer } from "./writer.ts";

/** {@link MessageStore.begin} */
export async function beginExchange(
  db: Database,
  writer: Writer,
  { sessionId, content, modelName, clientMessageId }: NewExchange,
): Promise<BegunExchange> {
  try {
    return await db.write((sql) => {
      const shared = rowFor(sql, sessionId, touch(sql, sessionId, titleFrom(content)));
      const user = { ...shared, role: "user", content, client_message_id: clientMessageId ?? null };
      const reply = { ...shared, ...emptyReply(writer, modelName) };
      const rows = { user: insertMessage(sql, user), reply: insertMessage(sql, reply) };
      return { ...rows, session: getSession(sql, sessionId), isNew: true };
    });
  } catch (error) {
    if (isConflict(error, "messages.client_message_id") && clientMessageId !== undefined) {
      // The same message arrived twice at once; the other one was first.
      const first = await db.read((sql) => {
        const found = findExchange(sql, clientMessageId);
        return found && { ...found, session: getSession(sql, found.user.session_id), isNew: false };
      });
      if (first !== undefined) return first;
    }
    if (isConflict(error, "messages.conversation_id")) throw generationInProgress(sessionId);
    throw error;
  }
}

/** {@link MessageStore.beginAgain} */
export async function beginAgain(
  db: Database,
  writer: Writer,
  { sessionId, modelName, defaultModel }: RepeatedMessage,
): Promise<RepeatedExchange> {
  return await db.write((sql) => {
    const user = lastOf(sql, sessionId, "role = 'user'");
    if (user === undefined) throw nothingToRegenerate(getSession(sql, sessionId).session_id);
    if (lastOf(sql, sessionId, "status = 'streaming'") !== undefined) throw generationInProgress(sessionId);
    const replaced = lastOf(sql, sessionId, "role = 'assistant'");
    sql.run(
      "DELETE FROM messages WHERE conversation_id = ? AND role = 'assistant' AND id > ?",
      sessionId,
      user.message_id,
    );
    // Such a summary would hide the message, or tell of the reply that is gone; the one before it holds again.
    sql.run(
      "DELETE FROM messages WHERE conversation_id = ? AND covers_until >= ?",
      sessionId,
      user.message_id,
    );
    const shared = rowFor(sql, sessionId, touch(sql, sessionId, null));
    const history = historyOf(sql, sessionId);
    const model = modelName ?? replaced?.model_name ?? defaultModel;
    const reply = insertMessage(sql, { ...shared, ...emptyReply(writer, model) });
    return { user, reply, session: getSession(sql, sessionId), history };
  });
}

/** Makes the conversation the first of the list, and titles an untitled one; returns the time. */
function touch(sql: Statements, sessionId: string, title: string | null): string {
  const now = new Date().toISOString();
  sql.run(
    `UPDATE conversations SET updated_at = ?, activity = ${NEXT_ACTIVITY}, title = ifnull(title, ?) WHERE id = ?`,
    now,
    title,
    sessionId,
  );
  return now;
}

function emptyReply(writer: Writer, model_name: string | null): Record<string, SqlValue> {
  return { role: "assistant", content: "", model_name, status: "streaming", writer: writer.name() };
}

function lastOf(sql: Statements, sessionId: string, condition: string): Message | undefined {
  const row = sql.get(
    `${SELECT_MESSAGES} WHERE conversation_id = ? AND ${condition} ORDER BY id DESC LIMIT 1`,
    sessionId,
  );
  return row && toMessage(row);
}

/** {@link MessageStore.findExchange} */
export function findExchange(sql: Statements, clientMessageId: string): Exchange | undefined {
  const user = sql.get(`${SELECT_MESSAGES} WHERE client_message_id = ?`, clientMessageId);
  const reply =
    user &&
    sql.get(
      `${SELECT_MESSAGES} WHERE conversation_id = ? AND role = 'assistant' AND id > ? ORDER BY id LIMIT 1`,
      Number(user["conversation_id"]),
      Number(user["id"]),
    );
  return user && reply ? { user: toMessage(user), reply: toMessage(reply) } : undefined;
}

function generationInProgress(sessionId: string): WireError {
  return new WireError(
    "generation_in_progress",
    `Conversation ${sessionId} is still being answered.`,
    "Wait for the reply, or cancel it.",
  );
}

function nothingToRegenerate(sessionId: string): WireError {
  return new WireError(
    "nothing_to_regenerate",
    `Nothing was said yet in conversation ${sessionId}.`,
    "Send a message first.",
  );
}

/** The first line of a conversation's first message, shortened. */
function titleFrom(content: string): string {
  const line = content.trim().split("\n", 1)[0] ?? "";
  const characters = [...line];
  if (characters.length <= LIMITS.titleChars) return line;
  return `${characters
    .slice(0, LIMITS.titleChars - 1)
    .join("")
    .trimEnd()}…`;
}
