import { Message } from "../../../contract/hmi.ts";
import type { History } from "../store.ts";
import type { Row, SqlValue, Statements } from "./database.ts";
import { IS_SHOWN, SELECT_MESSAGES } from "./reply-text.ts";
import { rowidOf } from "./rowid.ts";
import { getConversationKeys, userOfConversation } from "./sessions.ts";

/** What the next prompt of a conversation is made of. Throws `conversation_not_found`. */
export function historyOf(sql: Statements, user: string, sessionId: string): History {
  const { id } = getConversationKeys(sql, user, sessionId);
  const summary = sql.get(
    `SELECT id, content, covers_until FROM messages
      WHERE conversation_id = ? AND message_type = 'summary' AND ifnull(covers_until, 0) < ? ORDER BY id DESC LIMIT 1`,
    id,
    messageAnsweredAnew(sql, id) ?? Number.MAX_SAFE_INTEGER,
  );
  const rows = sql.all(
    `${SELECT_MESSAGES} WHERE conversation_id = ? AND message_type = 'chat' AND id > ? AND ${IS_SHOWN} ORDER BY id`,
    id,
    Number(summary?.["covers_until"] ?? 0),
  );
  return {
    summary: summary === undefined ? null : String(summary["content"]),
    isSummaryNew: summary !== undefined && !rows.some((row) => isAnswerAfter(row, Number(summary["id"]))),
    messages: rows.map(toMessage),
  };
}

function isAnswerAfter(row: Row, id: number): boolean {
  return row["role"] === "assistant" && row["status"] !== "streaming" && Number(row["id"]) > id;
}

/** The user's message whose reply is being replaced: a summary that stands for it would hide it, or tell of that reply. */
function messageAnsweredAnew(sql: Statements, conversationId: number): number | undefined {
  const reply = sql.get(
    "SELECT id FROM messages WHERE conversation_id = ? AND status = 'streaming' AND replaces IS NOT NULL",
    conversationId,
  );
  return reply && lastUserMessage(sql, conversationId, Number(reply["id"]));
}

/** The newest user's message of a conversation that is older than that row. */
export function lastUserMessage(sql: Statements, conversationId: number, before: number): number | undefined {
  const row = sql.get(
    "SELECT max(id) AS id FROM messages WHERE conversation_id = ? AND role = 'user' AND id < ?",
    conversationId,
    before,
  );
  return row?.["id"] == null ? undefined : Number(row["id"]);
}

/** A message of this user; undefined where there is none, also for keys that this store never gives out. */
export function findRow(sql: Statements, user: string, messageId: string): Row | undefined {
  const row = findRowOfAnybody(sql, messageId);
  return row !== undefined && userOfConversation(sql, Number(row["conversation_id"])) === user
    ? row
    : undefined;
}

/** As {@link findRow}, whosever it is. */
export function findRowOfAnybody(sql: Statements, messageId: string): Row | undefined {
  const id = rowidOf(messageId);
  return id === undefined ? undefined : sql.get(`${SELECT_MESSAGES} WHERE id = ?`, id);
}

/** The columns that a row takes from its conversation, and the defaults of the others. */
export function rowFor(
  sql: Statements,
  user: string,
  sessionId: string,
  now: string,
): Record<string, SqlValue> {
  const { id, modelId, agentId } = getConversationKeys(sql, user, sessionId);
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
  const thinking = `${row["thinking"] ?? ""}${row["thinking_growth"] ?? ""}`;
  // Column by column: to spread a row of node:sqlite takes three times as long as all the rest of this.
  return Message.parse({
    message_id: String(row["id"]),
    session_id: String(row["conversation_id"]),
    model_id: row["model_id"],
    role: row["role"],
    message_type: row["message_type"],
    content: `${row["content"]}${row["growth"] ?? ""}`,
    thinking: thinking === "" ? null : thinking,
    images: fromJson(row["images"]) ?? [],
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
