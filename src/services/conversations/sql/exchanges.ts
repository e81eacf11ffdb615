import { LIMITS } from "../../../contract/contract-defaults.ts";
import type { Message } from "../../../contract/hmi-schemas.ts";
import { WireError } from "../../../errors.ts";
import type { BegunExchange, ClientKey, Exchange, NewExchange } from "../conversation-store.ts";
import type { OwnedReply } from "../reply-store.ts";
import { conversationOfKey, keyReused } from "./client-keys.ts";
import { copyImages, insertImages } from "./image-rows.ts";
import {
  findRow,
  findRowOfAnybody,
  getMessageRow,
  insertMessage,
  rowFor,
  toMessage,
} from "./message-rows.ts";
import { choose, leafOf, unchoose } from "./message-tree.ts";
import { selectMessages } from "./reply-text.ts";
import type { ReplyWriter } from "./reply-writer.ts";
import { getConversationKeys, getSession, NEXT_ACTIVITY, userOfConversation } from "./session-rows.ts";
import { type Row, type SqlValue, type Statements, type Undoable, unchanged } from "./sql-database.ts";

/** {@link MessageStore.begin} */
export async function beginExchange(
  sql: Statements,
  user: string,
  writer: ReplyWriter,
  { sessionId, content, images, modelName, clientKey, edits }: NewExchange,
): Promise<Undoable<BegunExchange>> {
  const known = clientKey && (await findExchange(sql, user, clientKey, sessionId));
  if (known !== undefined) {
    return unchanged({ ...known, session: await getSession(sql, user, sessionId), isNew: false });
  }
  const edited = edits === undefined ? undefined : await getUserMessage(sql, user, sessionId, edits);
  await requireNoReplyRunning(sql, user, sessionId);
  const touched = await touch(sql, sessionId, titleFrom(content));
  const shared = await rowFor(sql, user, sessionId, touched.result);
  const conversation = Number(shared["conversation_id"]);
  const parent = edited === undefined ? await leafOf(sql, conversation) : (edited["parent"] as number | null);
  const left = await unchoose(sql, conversation, parent);
  const message = await insertMessage(sql, {
    ...shared,
    role: "user",
    content,
    parent,
    chosen: 1,
    model_name: modelName,
    client_message_id: clientKey?.id ?? null,
    client_fingerprint: clientKey?.fingerprint ?? null,
  });
  if (images !== undefined) await insertImages(sql, message.message_id, images);
  else if (edits !== undefined) await copyImages(sql, edits, message.message_id);
  const reply = await insertMessage(sql, {
    ...shared,
    ...emptyReply(writer, modelName),
    parent: Number(message.message_id),
  });
  return {
    result: {
      user: await getMessage(sql, message.message_id),
      reply,
      session: await getSession(sql, user, sessionId),
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
    (await getConversationKeys(sql, user, sessionId)).id,
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

async function getMessage(sql: Statements, messageId: string): Promise<Message> {
  return toMessage((await findRowOfAnybody(sql, messageId)) ?? {});
}

/** Makes the conversation the first of the list, also an archived one, and titles an untitled one; returns the time. */
export async function touch(
  sql: Statements,
  sessionId: string,
  title: string | null,
): Promise<Undoable<string>> {
  const before =
    (await sql.get(
      "SELECT title, archived, updated_at, activity FROM conversations WHERE id = ?",
      sessionId,
    )) ?? {};
  const now = new Date().toISOString();
  await sql.run(
    `UPDATE conversations SET archived = 0, updated_at = ?, activity = ${NEXT_ACTIVITY}, title = ifnull(title, ?)
      WHERE id = ?`,
    now,
    title,
    sessionId,
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
      sessionId,
    );
  };
  return { result: now, undo };
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
  const { id } = await getConversationKeys(sql, user, sessionId);
  const running = await sql.get(
    "SELECT 1 FROM messages WHERE conversation_id = ? AND status = 'streaming'",
    id,
  );
  if (running === undefined) return;
  throw new WireError(
    "generation_in_progress",
    `Conversation ${sessionId} is still being answered.`,
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
