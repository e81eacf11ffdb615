import { LIMITS } from "../../../contract/contract-defaults.ts";
import type { Message, Session } from "../../../contract/hmi-schemas.ts";
import { WireError } from "../../../errors.ts";
import type { BegunExchange, ClientKey, Exchange, NewExchange } from "../conversation-store.ts";
import type { OwnedReply } from "../reply-store.ts";
import { copyImages, insertImages } from "./image-rows.ts";
import { conversationOfKey, keyReused } from "./message-idempotency.ts";
import {
  findRow,
  findRowOfAnybody,
  getMessageRow,
  insertAfterLast,
  insertMessage,
  rowFor,
  toMessage,
} from "./message-rows.ts";
import { choose, unchoose } from "./message-tree.ts";
import { selectMessages } from "./reply-text.ts";
import type { ReplyWriter } from "./reply-writer.ts";
import {
  getConversationId,
  getConversationRow,
  NEXT_ACTIVITY,
  toSession,
  userOfConversation,
} from "./session-rows.ts";
import { type Row, type SqlValue, type Statements, type Undoable, unchanged } from "./sql-database.ts";

/** {@link MessageStore.begin} */
export async function beginExchange(
  sql: Statements,
  user: string,
  writer: ReplyWriter,
  { sessionId, content, images, modelName, clientKey, edits }: NewExchange,
): Promise<Undoable<BegunExchange>> {
  const [known, conversation] = await Promise.all([
    clientKey && findExchange(sql, user, clientKey, sessionId),
    getConversationToAnswer(sql, user, sessionId),
  ]);
  if (known !== undefined) return unchanged({ ...known, session: toSession(conversation), isNew: false });
  const edited = edits === undefined ? undefined : await getUserMessage(sql, user, sessionId, edits);
  refuseWhileAnswered(conversation);
  const now = new Date().toISOString();
  const shared = rowFor(conversation, now);
  const parent = (edited === undefined ? conversation["leaf"] : edited["parent"]) as number | null;
  // Nothing follows the last message that is shown.
  const left = edited && (await unchoose(sql, Number(conversation["id"]), parent));
  const [message, reply, touched] = await Promise.all([
    insertMessage(sql, {
      ...shared,
      role: "user",
      content,
      parent,
      chosen: 1,
      model_name: modelName,
      client_message_id: clientKey?.id ?? null,
      client_fingerprint: clientKey?.fingerprint ?? null,
    }),
    insertAfterLast(sql, { ...shared, ...emptyReply(writer, modelName) }),
    touch(sql, conversation, now, titleFrom(content)),
  ]);
  if (images !== undefined) await insertImages(sql, message.message_id, images);
  else if (edits !== undefined) await copyImages(sql, edits, message.message_id);
  // One with pictures, or beside other versions, is more than its row.
  const isRowAlone = images === undefined && edits === undefined;
  return {
    result: {
      user: isRowAlone ? message : await getMessage(sql, message.message_id),
      reply,
      session: touched.result,
      isNew: true,
    },
    undo: async (undoing) => {
      for (const { message_id } of [reply, message]) await deleteMessage(undoing, message_id);
      await choose(undoing, left);
      await touched.undo(undoing);
    },
  };
}

/** {@link MessageStore.findExchange} */
export async function findExchange(
  sql: Statements,
  user: string,
  { id: key, fingerprint }: ClientKey,
  given?: string,
): Promise<Exchange | undefined> {
  const sessionId = given ?? (await conversationOfKey(sql, user, key));
  if (sessionId === undefined) return undefined;
  const row = await sql.get(
    `${selectMessages(sql)} WHERE conversation_id = ? AND client_message_id = ?`,
    await getConversationId(sql, user, sessionId),
    key,
  );
  if (row === undefined) return undefined;
  const before = row["client_fingerprint"];
  if (before !== null && before !== fingerprint) throw keyReused(key);
  const message = toMessage(row);
  const reply = await replyTo(sql, message);
  return reply && { user: message, reply };
}

/** {@link MessageStore.exchangeOf} */
export async function findExchangeOf(
  sql: Statements,
  user: string,
  messageId: string,
): Promise<Exchange | undefined> {
  const row = await findRow(sql, user, messageId);
  if (row === undefined || row["message_type"] !== "chat") return undefined;
  const found = toMessage(row);
  if (found.role === "user") {
    const reply = await replyTo(sql, found);
    return reply && { user: found, reply };
  }
  const message = await messageAnsweredBy(sql, row);
  return message === null ? undefined : { user: message, reply: found };
}

/** {@link ReplyStore.find} */
export async function findReply(sql: Statements, messageId: string): Promise<OwnedReply | undefined> {
  const row = await findRowOfAnybody(sql, messageId);
  if (row?.["role"] !== "assistant") return undefined;
  const user = await userOfConversation(sql, Number(row["conversation_id"]));
  return user === undefined
    ? undefined
    : { user, reply: toMessage(row), message: await messageAnsweredBy(sql, row) };
}

/** The reply to a user's message that is shown where that message is. */
export async function replyTo(sql: Statements, { message_id }: Message): Promise<Message | undefined> {
  const row = await sql.get(
    `${selectMessages(sql)} WHERE parent = ? AND role = 'assistant' AND message_type = 'chat' AND chosen = 1`,
    Number(message_id),
  );
  return row && toMessage(row);
}

async function messageAnsweredBy(sql: Statements, reply: Row): Promise<Message | null> {
  const { parent } = reply;
  if (parent === null) return null;
  const before = (await findRowOfAnybody(sql, String(parent))) ?? {};
  return before["role"] === "user" ? toMessage(before) : await messageAnsweredBy(sql, before);
}

async function getUserMessage(
  sql: Statements,
  user: string,
  sessionId: string,
  messageId: string,
): Promise<Row> {
  const row = await getMessageRow(sql, user, sessionId, messageId);
  if (row["role"] === "user") return row;
  throw new WireError(
    "bad_request",
    `edits: message "${messageId}" is a reply.`,
    "Only a user's message can be edited; a reply can be written anew (regenerate).",
  );
}

export async function getMessage(sql: Statements, messageId: string): Promise<Message> {
  return toMessage((await findRowOfAnybody(sql, messageId)) ?? {});
}

/**
 * Makes the conversation of this row the first of the list, also an archived one, and titles an untitled one. Returns it as
 * it is then.
 */
export async function touch(
  sql: Statements,
  before: Row,
  now: string,
  title: string | null,
): Promise<Undoable<Session>> {
  const id = Number(before["id"]);
  const after = await sql.get(
    `UPDATE conversations SET archived = 0, updated_at = ?, activity = ${NEXT_ACTIVITY}, title = ifnull(title, ?)
      WHERE id = ? RETURNING *`,
    now,
    title,
    id,
  );
  const undo = async (undoing: Statements): Promise<void> => {
    const { title: titleBefore, archived, updated_at, activity } = before as Record<string, SqlValue>;
    await undoing.run(
      // A title that was given meanwhile stays, and what was made the active one is not archived.
      `UPDATE conversations SET title = CASE WHEN title IS NOT DISTINCT FROM ? THEN ? ELSE title END,
              archived = CASE WHEN active = 1 THEN 0 ELSE ? END, updated_at = ?, activity = ? WHERE id = ?`,
      titleBefore ?? title,
      titleBefore ?? null,
      archived ?? 0,
      updated_at ?? null,
      activity ?? null,
      id,
    );
  };
  return { result: toSession(after ?? {}), undo };
}

/** Deletes a row with all that belongs to it. */
export async function deleteMessage(sql: Statements, messageId: string): Promise<void> {
  await sql.run("DELETE FROM messages WHERE id = ?", Number(messageId));
}

/** What a reply's row has before anything of it has come. */
export function emptyReply(writer: ReplyWriter, model_name: string | null): Record<string, SqlValue> {
  return {
    role: "assistant",
    content: "",
    model_name,
    status: "streaming",
    writer: writer.name(),
    chosen: 1,
  };
}

/** Throws `conversation_not_found`, or `generation_in_progress` where the conversation is being answered. */
export async function requireNoReplyRunning(sql: Statements, user: string, sessionId: string): Promise<void> {
  refuseWhileAnswered(await getConversationToAnswer(sql, user, sessionId));
}

/**
 * The row of a conversation, with the last message that is shown as `leaf` (null where nothing was said yet), and how many
 * replies are being written as `running`. Throws `conversation_not_found`.
 */
export async function getConversationToAnswer(
  sql: Statements,
  user: string,
  sessionId: string,
): Promise<Row> {
  const running = "(SELECT count(*) FROM messages WHERE conversation_id = ?1 AND status = 'streaming')";
  const select = `${sql.dialect.withPath} SELECT *, (SELECT max(id) FROM path) AS leaf, ${running} AS running
    FROM conversations`;
  return await getConversationRow(sql, select, user, sessionId);
}

/** Throws `generation_in_progress` where a conversation, as {@link getConversationToAnswer} gives it, is being answered. */
export function refuseWhileAnswered({ id, running }: Row): void {
  if (running === 0) return;
  throw new WireError(
    "generation_in_progress",
    `Conversation ${id} is still being answered.`,
    "Wait for the reply, or cancel it.",
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
