import { LIMITS } from "../../../contract/defaults.ts";
import { Message } from "../../../contract/hmi.ts";
import { WireError } from "../../../errors.ts";
import type { BegunExchange, Exchange, MessageStore, NewExchange } from "../store.ts";
import { type Database, isConflict, type Row, type SqlValue } from "./database.ts";
import { getSession } from "./sessions.ts";

export function createMessageStore(db: Database): MessageStore {
  return {
    async list(sessionId, limit = Number.MAX_SAFE_INTEGER) {
      const { session_id } = getSession(db, sessionId);
      const newest = "SELECT * FROM messages WHERE conversation_id = ? ORDER BY id DESC LIMIT ?";
      return db.all(`SELECT * FROM (${newest}) ORDER BY id`, session_id, limit).map(toMessage);
    },
    async history(sessionId) {
      const { session_id } = getSession(db, sessionId);
      const summary = db.get(
        `SELECT content, covers_until FROM messages
          WHERE conversation_id = ? AND message_type = 'summary' ORDER BY id DESC LIMIT 1`,
        session_id,
      );
      const rows = db.all(
        "SELECT * FROM messages WHERE conversation_id = ? AND message_type = 'chat' AND id > ? ORDER BY id",
        session_id,
        Number(summary?.["covers_until"] ?? 0),
      );
      return {
        summary: summary === undefined ? null : String(summary["content"]),
        messages: rows.map(toMessage),
      };
    },
    async find(messageId) {
      const row = /^[1-9]\d{0,14}$/.test(messageId)
        ? db.get("SELECT * FROM messages WHERE id = ?", Number(messageId))
        : undefined;
      return row && toMessage(row);
    },
    findExchange: async (clientMessageId) => findExchange(db, clientMessageId),
    begin: async (exchange) => begin(db, exchange),
    async grow(messageId, content) {
      db.run("UPDATE messages SET content = ? WHERE id = ? AND status = 'streaming'", content, messageId);
    },
    async finish(messageId, { content, status, finishReason, usage, error }) {
      db.run(
        `UPDATE messages SET content = ?, status = ?, finish_reason = ?, usage = ?, error = ?
          WHERE id = ? AND status = 'streaming'`,
        content,
        status,
        finishReason,
        usage === null ? null : JSON.stringify(usage),
        error === null ? null : JSON.stringify(error),
        messageId,
      );
    },
    add: async ({ sessionId, messageType, modelName, coversUntil, role, content, status }) =>
      insert(db, {
        ...rowFor(db, sessionId, new Date().toISOString()),
        role,
        message_type: messageType,
        content,
        model_name: modelName,
        status,
        covers_until: coversUntil === undefined ? null : Number(coversUntil),
      }),
    interruptStreaming: async () =>
      db.run("UPDATE messages SET status = 'interrupted' WHERE status = 'streaming'"),
  };
}

function begin(db: Database, { sessionId, content, modelName, clientMessageId }: NewExchange): BegunExchange {
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
      const rows = { user: insert(db, user), reply: insert(db, reply) };
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

function generationInProgress(sessionId: string): WireError {
  return new WireError(
    "generation_in_progress",
    `Conversation ${sessionId} is still being answered.`,
    "Wait for the reply, or cancel it.",
  );
}

function findExchange(db: Database, clientMessageId: string): Exchange | undefined {
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

/** The columns that a row takes from its conversation, and the defaults of the others. */
function rowFor(db: Database, sessionId: string, now: string): Record<string, SqlValue> {
  const session = getSession(db, sessionId);
  return {
    conversation_id: Number(session.session_id),
    model_id: session.model_id,
    agent_id: session.agent_id,
    message_type: "chat",
    status: "complete",
    created_at: now,
  };
}

function insert(db: Database, row: Record<string, SqlValue>): Message {
  const columns = Object.keys(row);
  const places = columns.map(() => "?").join(", ");
  const inserted = db.get(
    `INSERT INTO messages (${columns.join(", ")}) VALUES (${places}) RETURNING *`,
    ...Object.values(row),
  );
  return toMessage(inserted ?? {});
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

function toMessage(row: Row): Message {
  return Message.parse({
    ...row,
    message_id: String(row["id"]),
    session_id: String(row["conversation_id"]),
    usage: fromJson(row["usage"]),
    error: fromJson(row["error"]),
    timestamp: row["created_at"],
  });
}

function fromJson(text: unknown): unknown {
  return typeof text === "string" ? JSON.parse(text) : null;
}
