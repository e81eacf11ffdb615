import { Message } from "../../../contract/hmi.ts";
import type { History } from "../store.ts";
import type { Row, SqlValue, Statements } from "./database.ts";
import { SELECT_MESSAGES } from "./reply-text.ts";
import { getOwner } from "./sessions.ts";

/** What the next prompt of a conversation is made of. Throws `conversation_not_found`. */
export function historyOf(sql: Statements, sessionId: string): History {
  const { id } = getOwner(sql, sessionId);
  const summary = sql.get(
    `SELECT content, covers_until FROM messages
      WHERE conversation_id = ? AND message_type = 'summary' ORDER BY id DESC LIMIT 1`,
    id,
  );
  const rows = sql.all(
    `${SELECT_MESSAGES} WHERE conversation_id = ? AND message_type = 'chat' AND id > ? ORDER BY id`,
    id,
    Number(summary?.["covers_until"] ?? 0),
  );
  return {
    summary: summary === undefined ? null : String(summary["content"]),
    messages: rows.map(toMessage),
  };
}

/** The columns that a row takes from its conversation, and the defaults of the others. */
export function rowFor(sql: Statements, sessionId: string, now: string): Record<string, SqlValue> {
  const { id, modelId, agentId } = getOwner(sql, sessionId);
  return {
    conversation_id: id,
    model_id: modelId,
    agent_id: agentId,
    message_type: "chat",
    status: "complete",
    created_at: now,
  };
}

/** Writes a row, and gives it back as it is. */
export function insertMessage(sql: Statements, row: Record<string, SqlValue>): Message {
  const columns = Object.keys(row);
  const places = columns.map(() => "?").join(", ");
  const inserted = sql.get(
    `INSERT INTO messages (${columns.join(", ")}) VALUES (${places}) RETURNING *`,
    ...Object.values(row),
  );
  return toMessage(inserted ?? {});
}

/** A row, as `SELECT_MESSAGES` gives it, in the contract's shape. */
export function toMessage(row: Row): Message {
  // Column by column: to spread a row of node:sqlite takes three times as long as all the rest of this.
  return Message.parse({
    message_id: String(row["id"]),
    session_id: String(row["conversation_id"]),
    model_id: row["model_id"],
    role: row["role"],
    message_type: row["message_type"],
    content: `${row["content"]}${row["growth"] ?? ""}`,
    thinking: row["thinking"] ?? null,
    images: [],
    timings: fromJson(row["timings"]),
    notices: fromJson(row["notices"]) ?? [],
    model_name: row["model_name"],
    agent_id: row["agent_id"],
    status: row["status"],
    usage: fromJson(row["usage"]),
    finish_reason: row["finish_reason"],
    error: fromJson(row["error"]),
    timestamp: row["created_at"],
  });
}

function fromJson(text: unknown): unknown {
  return typeof text === "string" ? JSON.parse(text) : null;
}
