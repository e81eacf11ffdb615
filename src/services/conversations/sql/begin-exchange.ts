import { WireError } from "../../../contract/wire-error.ts";
import type { BegunExchange, NewExchange } from "../conversation-store.ts";
import { copyImages, insertImages } from "./image-rows.ts";
import { begunBefore, findExchangeByKey } from "./message-idempotency.ts";
import {
  deleteMessage,
  getMessage,
  getMessageRow,
  insertAfterLast,
  insertMessage,
  newReply,
  rowFor,
} from "./message-rows.ts";
import { choose, unchoose } from "./message-tree.ts";
import { getConversationToAnswer, refuseWhileAnswered } from "./one-reply-at-a-time.ts";
import type { ReplyWriter } from "./reply-writer.ts";
import type { Row, Statements, Undoable } from "./sql-database.ts";
import { titleFrom } from "./title-from-message.ts";
import { touchConversation } from "./touch-conversation.ts";

/** {@link MessageStore.begin} */
export async function beginExchange(
  sql: Statements,
  user: string,
  writer: ReplyWriter,
  { sessionId, content, images, modelName, clientKey, edits }: NewExchange,
): Promise<Undoable<BegunExchange>> {
  const [known, conversation] = await Promise.all([
    clientKey && findExchangeByKey(sql, user, clientKey, sessionId),
    getConversationToAnswer(sql, user, sessionId),
  ]);
  if (known !== undefined) return begunBefore(known, conversation);
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
    insertAfterLast(sql, { ...shared, ...newReply(writer, modelName) }),
    touchConversation(sql, conversation, now, titleFrom(content)),
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
