import { conversationNotFound } from "../../../contract/conversation-not-found.ts";
import { Message } from "../../../contract/hmi-schemas.ts";
import { WireError } from "../../../contract/wire-error.ts";
import type { History } from "../conversation-store.ts";
import { OTHER_VERSION } from "./message-tree.ts";
import type { ReplyWriter } from "./reply-ownership.ts";
import { imagesOf, selectMessages } from "./reply-text.ts";
import { rowidOf } from "./rowid.ts";
import { getConversationId, userOfConversation } from "./session-rows.ts";
import type { Row, SqlValue, Statements } from "./sql-database.ts";

/** What the next prompt of a conversation is made of. Throws `conversation_not_found`. */
export async function historyOf(sql: Statements, user: string, sessionId: string): Promise<History> {
  const id = rowidOf(sessionId);
  if (id === undefined) throw conversationNotFound(sessionId);
  // Most conversations have no other versions: to find the way through one costs more than to read it.
  const straight = await sql.all(straightHistory(sql), id, user);
  const rows = straight.length > 0 ? straight : await sql.all(historyAmongVersions(sql), id, user);
  if (rows.length === 0) await getConversationId(sql, user, sessionId);
  const summary = rows.find((row) => row["message_type"] === "summary");
  const messages = rows.filter((row) => row !== summary);
  return {
    summary: summary === undefined ? null : String(summary["content"]),
    isSummaryNew: summary !== undefined && !messages.some((row) => isAnswerAfter(row, Number(summary["id"]))),
    messages: messages.map(toMessage),
  };
}

function isAnswerAfter(row: Row, id: number): boolean {
  return row["role"] === "assistant" && row["status"] !== "streaming" && Number(row["id"]) > id;
}

/** A user's conversation, by its key and the user. */
const OWN_CONVERSATION = "conversation_id = (SELECT id FROM conversations WHERE id = ?1 AND user_id = ?2)";

/** What is said in a conversation, and not told by its summary; that, too. @param isShown condition on a message */
function isHistory(isShown: string): string {
  return `${OWN_CONVERSATION} AND (${isShown} AND id > ifnull((SELECT covers_until FROM summary), 0) OR id IN (SELECT id FROM summary))`;
}

/** No row where there are versions, or where a reply has grown beyond its row: see {@link historyAmongVersions}. */
function straightHistory({ dialect }: Statements): string {
  return `WITH summary AS (${lastSummary("SELECT id FROM messages WHERE conversation_id = ?1 AND chosen = 1")})
    SELECT messages.*, ${imagesOf(dialect)} FROM messages
     WHERE ${isHistory("chosen = 1")} AND NOT EXISTS (${OTHER_VERSION})
       AND NOT EXISTS (SELECT 1 FROM reply_parts WHERE message_id = (${STREAMING_REPLY}))
     ORDER BY id`;
}

function historyAmongVersions(sql: Statements): string {
  return `${sql.dialect.withPath}, summary AS (${lastSummary("SELECT id FROM path")}) ${selectMessages(sql)}
    WHERE ${isHistory("id IN (SELECT id FROM path)")} ORDER BY id`;
}

const STREAMING_REPLY = "SELECT id FROM messages WHERE conversation_id = ?1 AND status = 'streaming'";

/**
 * The summary that stands for the most, and for messages which are shown. One for the message whose reply is being written, or for
 * later ones, would hide that message.
 *
 * @param shown selects what is shown
 */
function lastSummary(shown: string): string {
  return `SELECT id, content, covers_until FROM messages
  WHERE conversation_id = ?1 AND message_type = 'summary' AND (covers_until IS NULL OR covers_until IN (${shown}))
    AND ifnull(covers_until, 0) < ifnull(
    (SELECT parent FROM messages WHERE conversation_id = ?1 AND status = 'streaming'), ${Number.MAX_SAFE_INTEGER})
  ORDER BY ifnull(covers_until, 0) DESC, id DESC LIMIT 1`;
}

/**
 * The condition on a summary that is listed: not one that stands for messages of another way. One that stands for what is
 * not in this conversation at all was written by somebody who took the wrong one, and is to be seen.
 */
const IS_LISTED_SUMMARY = `message_type = 'summary' AND (covers_until IS NULL OR covers_until IN (SELECT id FROM path)
  OR covers_until NOT IN (SELECT id FROM messages WHERE conversation_id = ?1))`;

/** The newest rows of a conversation that are shown, oldest first, with the summaries that stand for some of them. */
export async function listShown(
  sql: Statements,
  user: string,
  sessionId: string,
  limit: number,
): Promise<Message[]> {
  const id = await getConversationId(sql, user, sessionId);
  const newest = `${selectMessages(sql)} WHERE conversation_id = ?1 AND (id IN (SELECT id FROM path) OR (${IS_LISTED_SUMMARY}))
    ORDER BY id DESC LIMIT ?2`;
  return (
    await sql.all(`${sql.dialect.withPath} SELECT * FROM (${newest}) AS newest ORDER BY id`, id, limit)
  ).map(toMessage);
}

/** The versions of a conversation's messages that are not shown, and what followed them, oldest first. */
export async function listOthers(sql: Statements, user: string, sessionId: string): Promise<Message[]> {
  const id = await getConversationId(sql, user, sessionId);
  const others = `${selectMessages(sql)} WHERE conversation_id = ?1 AND message_type = 'chat' AND id NOT IN (SELECT id FROM path)`;
  return (await sql.all(`${sql.dialect.withPath} ${others} ORDER BY id`, id)).map(toMessage);
}

/** A message of this user; undefined where there is none, also for keys that this store never gives out. */
export async function findRow(sql: Statements, user: string, messageId: string): Promise<Row | undefined> {
  const row = await findRowOfAnybody(sql, messageId);
  return row !== undefined && (await userOfConversation(sql, Number(row["conversation_id"]))) === user
    ? row
    : undefined;
}

/** A message of this conversation of this user. Throws `conversation_not_found` or `message_not_found`. */
export async function getMessageRow(
  sql: Statements,
  user: string,
  sessionId: string,
  messageId: string,
): Promise<Row> {
  const id = await getConversationId(sql, user, sessionId);
  const row = await findRow(sql, user, messageId);
  if (row?.["conversation_id"] === id && row["message_type"] === "chat") return row;
  throw new WireError(
    "message_not_found",
    `Conversation ${sessionId} has no message "${messageId}".`,
    "Load the conversation again: the reply may have been replaced since.",
  );
}

/** As {@link findRow}, whosever it is. */
export async function findRowOfAnybody(sql: Statements, messageId: string): Promise<Row | undefined> {
  const id = rowidOf(messageId);
  return id === undefined ? undefined : await sql.get(`${selectMessages(sql)} WHERE id = ?`, id);
}

/** The columns that a row takes from its conversation's row, and the defaults of the others. */
export function rowFor(conversation: Row, now: string): Record<string, SqlValue> {
  const { id, model_id, agent_id } = conversation as Record<string, SqlValue>;
  return {
    conversation_id: id ?? null,
    model_id: model_id ?? null,
    agent_id: agent_id ?? null,
    message_type: "chat",
    status: "complete",
    created_at: now,
  };
}

/** Writes a row, and gives it back as it is. */
export async function insertMessage(sql: Statements, row: Record<string, SqlValue>): Promise<Message> {
  const inserted = await sql.get(`${insertInto(Object.keys(row))} RETURNING *`, ...Object.values(row));
  return toMessage(inserted ?? {});
}

/**
 * Writes a message and the reply to it by one statement. The rows say all that there is to them, their keys too: nobody need wait
 * for it to know them.
 */
export async function insertExchange(
  sql: Statements,
  message: Record<string, SqlValue>,
  reply: Record<string, SqlValue>,
): Promise<void> {
  const columns = Object.keys({ ...message, ...reply });
  const values = [message, reply].flatMap((row) => columns.map((column) => row[column] ?? null));
  await sql.run(`${insertInto(columns)}, (${placesOf(columns)})`, ...values);
}

function insertInto(columns: readonly string[]): string {
  return `INSERT INTO messages (${columns.join(", ")}) VALUES (${placesOf(columns)})`;
}

function placesOf(columns: readonly string[]): string {
  return columns.map(() => "?").join(", ");
}

/** A row, as `selectMessages` gives it, in the contract's shape. */
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
    thinking_ms: row["thinking_ms_so_far"] ?? row["thinking_ms"] ?? null,
    images: fromJson(row["images"]) ?? [],
    timings: fromJson(row["timings"]),
    notices: fromJson(row["notices"]) ?? [],
    model_name: row["model_name"],
    agent_id: row["agent_id"],
    status: row["status"],
    usage: fromJson(row["usage"]),
    finish_reason: row["finish_reason"] ?? null,
    error: fromJson(row["error"]),
    timestamp: row["created_at"],
    parent_id: row["parent"] == null ? null : String(row["parent"]),
    covers_until: row["covers_until"] == null ? null : String(row["covers_until"]),
    versions: fromJson(row["versions"]) ?? (row["message_type"] === "chat" ? [String(row["id"])] : []),
  });
}

/** A value as a column of JSON has it. */
export function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function fromJson(text: unknown): unknown {
  return typeof text === "string" ? JSON.parse(text) : null;
}

export async function getMessage(sql: Statements, messageId: string): Promise<Message> {
  return toMessage((await findRowOfAnybody(sql, messageId)) ?? {});
}

/** Deletes a row with all that belongs to it. */
export async function deleteMessage(sql: Statements, messageId: string): Promise<void> {
  await sql.run("DELETE FROM messages WHERE id = ?", Number(messageId));
}

/** What a reply's row has before anything of it has come. */
export function newReply(writer: ReplyWriter, model_name: string | null): Record<string, SqlValue> {
  return {
    role: "assistant",
    content: "",
    model_name,
    status: "streaming",
    writer: writer.name(),
    chosen: 1,
  };
}
