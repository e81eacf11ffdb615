import { LIMITS } from "../../../contract/defaults.ts";
import type { Message } from "../../../contract/hmi.ts";
import { WireError } from "../../../errors.ts";
import type { BegunExchange, ClientKey, Exchange, NewExchange, OwnedReply } from "../store.ts";
import { conversationOfKey, keyReused } from "./client-keys.ts";
import { type Row, type SqlValue, type Statements, type Undoable, unchanged } from "./database.ts";
import { copyImages, insertImages } from "./images.ts";
import {
  findRow,
  findRowOfAnybody,
  getMessageRow,
  insertMessage,
  rowFor,
  toMessage,
} from "./message-rows.ts";
import { choose, leafOf, unchoose } from "./message-tree.ts";
import { SELECT_MESSAGES } from "./reply-text.ts";
import { getConversationKeys, getSession, NEXT_ACTIVITY, userOfConversation } from "./sessions.ts";
import type { Writer } from "./writer.ts";

/** {@link MessageStore.begin} */
export function beginExchange(
  sql: Statements,
  user: string,
  writer: Writer,
  { sessionId, content, images, modelName, clientKey, edits }: NewExchange,
): Undoable<BegunExchange> {
  const known = clientKey && findExchange(sql, user, clientKey, sessionId);
  if (known !== undefined) {
    return unchanged({ ...known, session: getSession(sql, user, sessionId), isNew: false });
  }
  const edited = edits === undefined ? undefined : getUserMessage(sql, user, sessionId, edits);
  requireNoReplyRunning(sql, user, sessionId);
  const touched = touch(sql, sessionId, titleFrom(content));
  const shared = rowFor(sql, user, sessionId, touched.result);
  const conversation = Number(shared["conversation_id"]);
  const parent = edited === undefined ? leafOf(sql, conversation) : (edited["parent"] as number | null);
  const left = unchoose(sql, conversation, parent);
  const message = insertMessage(sql, {
    ...shared,
    role: "user",
    content,
    parent,
    chosen: 1,
    model_name: modelName,
    client_message_id: clientKey?.id ?? null,
    client_fingerprint: clientKey?.fingerprint ?? null,
  });
  if (images !== undefined) insertImages(sql, message.message_id, images);
  else if (edits !== undefined) copyImages(sql, edits, message.message_id);
  const reply = insertMessage(sql, {
    ...shared,
    ...emptyReply(writer, modelName),
    parent: Number(message.message_id),
  });
  return {
    result: {
      user: getMessage(sql, message.message_id),
      reply,
      session: getSession(sql, user, sessionId),
      isNew: true,
    },
    undo: (undoing) => {
      for (const { message_id } of [reply, message]) deleteMessage(undoing, message_id);
      choose(undoing, left);
      touched.undo(undoing);
    },
  };
}

/** {@link MessageStore.findExchange} */
export function findExchange(
  sql: Statements,
  user: string,
  { id: key, fingerprint }: ClientKey,
  sessionId = conversationOfKey(sql, user, key),
): Exchange | undefined {
  if (sessionId === undefined) return undefined;
  const row = sql.get(
    `${SELECT_MESSAGES} WHERE conversation_id = ? AND client_message_id = ?`,
    getConversationKeys(sql, user, sessionId).id,
    key,
  );
  if (row === undefined) return undefined;
  const before = row["client_fingerprint"];
  if (before !== null && before !== fingerprint) throw keyReused(key);
  const message = toMessage(row);
  const reply = replyTo(sql, message);
  return reply && { user: message, reply };
}

/** {@link MessageStore.exchangeOf} */
export function findExchangeOf(sql: Statements, user: string, messageId: string): Exchange | undefined {
  const row = findRow(sql, user, messageId);
  if (row === undefined || row["message_type"] !== "chat") return undefined;
  const found = toMessage(row);
  if (found.role === "user") {
    const reply = replyTo(sql, found);
    return reply && { user: found, reply };
  }
  const message = messageAnsweredBy(sql, row);
  return message === null ? undefined : { user: message, reply: found };
}

/** {@link ReplyStore.find} */
export function findReply(sql: Statements, messageId: string): OwnedReply | undefined {
  const row = findRowOfAnybody(sql, messageId);
  if (row?.["role"] !== "assistant") return undefined;
  const user = userOfConversation(sql, Number(row["conversation_id"]));
  return user === undefined
    ? undefined
    : { user, reply: toMessage(row), message: messageAnsweredBy(sql, row) };
}

/** The reply to a user's message that is shown where that message is. */
export function replyTo(sql: Statements, { message_id }: Message): Message | undefined {
  const row = sql.get(
    `${SELECT_MESSAGES} WHERE parent = ? AND role = 'assistant' AND message_type = 'chat' AND chosen = 1`,
    Number(message_id),
  );
  return row && toMessage(row);
}

function messageAnsweredBy(sql: Statements, reply: Row): Message | null {
  const { parent } = reply;
  if (parent === null) return null;
  const before = findRowOfAnybody(sql, String(parent)) ?? {};
  return before["role"] === "user" ? toMessage(before) : messageAnsweredBy(sql, before);
}

function getUserMessage(sql: Statements, user: string, sessionId: string, messageId: string): Row {
  const row = getMessageRow(sql, user, sessionId, messageId);
  if (row["role"] === "user") return row;
  throw new WireError(
    "bad_request",
    `edits: message "${messageId}" is a reply.`,
    "Only a user's message can be edited; a reply can be written anew (regenerate).",
  );
}

function getMessage(sql: Statements, messageId: string): Message {
  return toMessage(findRowOfAnybody(sql, messageId) ?? {});
}

/** Makes the conversation the first of the list, also an archived one, and titles an untitled one; returns the time. */
export function touch(sql: Statements, sessionId: string, title: string | null): Undoable<string> {
  const before =
    sql.get("SELECT title, archived, updated_at, activity FROM conversations WHERE id = ?", sessionId) ?? {};
  const now = new Date().toISOString();
  sql.run(
    `UPDATE conversations SET archived = 0, updated_at = ?, activity = ${NEXT_ACTIVITY}, title = ifnull(title, ?)
      WHERE id = ?`,
    now,
    title,
    sessionId,
  );
  const undo = (undoing: Statements): void => {
    const { title: titleBefore, archived, updated_at, activity } = before as Record<string, SqlValue>;
    undoing.run(
      // A title that was given meanwhile stays, and what was made the active one is not archived.
      `UPDATE conversations SET title = iif(title IS ?, ?, title), archived = iif(active = 1, 0, ?),
              updated_at = ?, activity = ? WHERE id = ?`,
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
export function deleteMessage(sql: Statements, messageId: string): void {
  sql.run("DELETE FROM messages WHERE id = ?", Number(messageId));
}

/** What a reply's row has before anything of it has come. */
export function emptyReply(writer: Writer, model_name: string | null): Record<string, SqlValue> {
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
export function requireNoReplyRunning(sql: Statements, user: string, sessionId: string): void {
  const { id } = getConversationKeys(sql, user, sessionId);
  const running = sql.get("SELECT 1 FROM messages WHERE conversation_id = ? AND status = 'streaming'", id);
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
