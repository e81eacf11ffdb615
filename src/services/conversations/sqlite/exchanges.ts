import { LIMITS } from "../../../contract/defaults.ts";
import type { Message } from "../../../contract/hmi.ts";
import { WireError } from "../../../errors.ts";
import type { BegunExchange, Exchange, NewExchange, RepeatedExchange, RepeatedMessage } from "../store.ts";
import { type Database, isConflict } from "./database.ts";
import { historyOf, insertMessage, rowFor, toMessage } from "./message-rows.ts";
import { getSession } from "./sessions.ts";

/** {@link MessageStore.begin} */
export function beginExchange(
  db: Database,
  { sessionId, content, modelName, clientMessageId }: NewExchange,
): BegunExchange {
  try {
    return db.transaction(() => {
      const now = new Date().toISOString();
      const shared = rowFor(db, sessionId, now);
      db.run(
        "UPDATE conversations SET updated_at = ?, title = ifnull(title, ?) WHERE id = ?",
        now,
        titleFrom(content),
        sessionId,
      );
      const user = { ...shared, role: "user", content, client_message_id: clientMessageId ?? null };
      const reply = { ...shared, role: "assistant", content: "", model_name: modelName, status: "streaming" };
      const rows = { user: insertMessage(db, user), reply: insertMessage(db, reply) };
      return { ...rows, session: getSession(db, sessionId), isNew: true };
    });
  } catch (error) {
    if (isConflict(error, "messages.client_message_id") && clientMessageId !== undefined) {
      // The same message arrived twice at once; the other one was first.
      const first = findExchange(db, clientMessageId);
      if (first !== undefined)
        return { ...first, session: getSession(db, first.user.session_id), isNew: false };
    }
    if (isConflict(error, "messages.conversation_id")) throw generationInProgress(sessionId);
    throw error;
  }
}

/** {@link MessageStore.beginAgain} */
export function beginAgain(
  db: Database,
  { sessionId, modelName, defaultModel }: RepeatedMessage,
): RepeatedExchange {
  return db.transaction(() => {
    const now = new Date().toISOString();
    const shared = rowFor(db, sessionId, now);
    const user = lastOf(db, sessionId, "role = 'user'");
    if (user === undefined) throw nothingToRegenerate(sessionId);
    if (lastOf(db, sessionId, "status = 'streaming'") !== undefined) throw generationInProgress(sessionId);
    const replaced = lastOf(db, sessionId, "role = 'assistant'");
    db.run(
      "DELETE FROM messages WHERE conversation_id = ? AND role = 'assistant' AND id > ?",
      sessionId,
      user.message_id,
    );
    // Such a summary would hide the message, or tell of the reply that is gone; the one before it holds again.
    db.run(
      "DELETE FROM messages WHERE conversation_id = ? AND covers_until >= ?",
      sessionId,
      user.message_id,
    );
    db.run("UPDATE conversations SET updated_at = ? WHERE id = ?", now, sessionId);
    const history = historyOf(db, sessionId);
    const model_name = modelName ?? replaced?.model_name ?? defaultModel;
    const reply = { ...shared, role: "assistant", content: "", model_name, status: "streaming" };
    return { user, reply: insertMessage(db, reply), session: getSession(db, sessionId), history };
  });
}

function lastOf(db: Database, sessionId: string, condition: string): Message | undefined {
  const row = db.get(
    `SELECT * FROM messages WHERE conversation_id = ? AND ${condition} ORDER BY id DESC LIMIT 1`,
    sessionId,
  );
  return row && toMessage(row);
}

/** {@link MessageStore.findExchange} */
export function findExchange(db: Database, clientMessageId: string): Exchange | undefined {
  const user = db.get("SELECT * FROM messages WHERE client_message_id = ?", clientMessageId);
  const reply =
    user &&
    db.get(
      `SELECT * FROM messages WHERE conversation_id = ? AND role = 'assistant' AND id > ? ORDER BY id LIMIT 1`,
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
