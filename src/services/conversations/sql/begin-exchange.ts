import { WireError } from "../../../contract/wire-error.ts";
import type { BegunExchange, NewExchange } from "../conversation-store.ts";
import { copyImages, insertImages } from "./image-rows.ts";
import { getConversationToSendTo } from "./message-destination.ts";
import { begunBefore, findExchangeByKey } from "./message-idempotency.ts";
import {
  deleteMessage,
  getMessage,
  getMessageRow,
  insertExchange,
  newReply,
  rowFor,
  toMessage,
} from "./message-rows.ts";
import { choose, unchoose } from "./message-tree.ts";
import { refuseWhileAnswered } from "./one-reply-at-a-time.ts";
import type { ReplyWriter } from "./reply-ownership.ts";
import type { Row, SqlValue, Statements, Undoable } from "./sql-database.ts";
import { titleFrom } from "./title-from-message.ts";
import { touchConversation, touchedSession, untouchConversation } from "./touch-conversation.ts";

/** {@link MessageStore.begin} */
export async function beginExchange(
  sql: Statements,
  user: string,
  writer: ReplyWriter,
  exchange: NewExchange,
): Promise<Undoable<BegunExchange>> {
  const { sessionId, content, images, clientKey, edits, opened } = exchange;
  const read = opened?.session.session_id === sessionId ? opened.row : undefined;
  const conversation = read ?? (await getConversationToSendTo(sql, user, sessionId, clientKey?.id));
  const wasSent = clientKey !== undefined && conversation["sent"] !== null;
  const known = wasSent ? await findExchangeByKey(sql, user, clientKey, sessionId) : undefined;
  if (known !== undefined) return begunBefore(known, conversation);
  const edited = edits === undefined ? undefined : await getUserMessage(sql, user, sessionId, edits);
  refuseWhileAnswered(conversation);
  const parent = (edited === undefined ? conversation["leaf"] : edited["parent"]) as number | null;
  // Nothing follows the last message that is shown.
  const left = edited && (await unchoose(sql, Number(conversation["id"]), parent));
  const now = new Date().toISOString();
  const rows = exchangeRows(conversation, exchange, { parent, writer, now });
  const messageId = String(rows.message["id"]);
  const title = titleFrom(content);
  const rest = Promise.all([
    insertExchange(sql, rows.message, rows.reply),
    touchConversation(sql, conversation, now, title),
    images && insertImages(sql, messageId, images),
    images === undefined && edits !== undefined && copyImages(sql, edits, messageId),
  ]);
  // Made while the database works.
  const [message, reply] = [toMessage(rows.message), toMessage(rows.reply)];
  // One with pictures, or beside other versions, is more than its row.
  const isRowAlone = images === undefined && edits === undefined;
  if (!isRowAlone) await rest;
  return {
    result: {
      user: isRowAlone ? message : await getMessage(sql, messageId),
      reply,
      session: touchedSession(conversation, { now, title, added: 2 }),
      isNew: true,
    },
    undo: async (undoing) => {
      for (const { message_id } of [reply, message]) await deleteMessage(undoing, message_id);
      await choose(undoing, left);
      await untouchConversation(undoing, conversation, title);
    },
    rest,
  };
}

/** The rows of a message and of its reply: nobody need wait for the database to know them. */
function exchangeRows(
  conversation: Row,
  { content, modelName, clientKey }: NewExchange,
  place: { readonly parent: number | null; readonly writer: ReplyWriter; readonly now: string },
): Readonly<Record<"message" | "reply", Record<string, SqlValue>>> {
  const shared = rowFor(conversation, place.now);
  // A message's key is greater than its parent's.
  const keys = [Number(conversation["one_key"]), Number(conversation["other_key"])];
  const id = Math.min(...keys);
  return {
    message: {
      ...shared,
      id,
      role: "user",
      content,
      parent: place.parent,
      chosen: 1,
      model_name: modelName,
      client_message_id: clientKey?.id ?? null,
      client_fingerprint: clientKey?.fingerprint ?? null,
    },
    reply: { ...shared, ...newReply(place.writer, modelName), id: Math.max(...keys), parent: id },
  };
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
