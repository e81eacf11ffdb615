import type { Message } from "../../../contract/hmi-schemas.ts";
import type { MessageStore, NewMessage } from "../conversation-store.ts";
import { beginExchange } from "./begin-exchange.ts";
import { findExchangeOf } from "./find-exchange.ts";
import { getImage } from "./image-rows.ts";
import { findExchangeByKey } from "./message-idempotency.ts";
import {
  findRow,
  getMessageRow,
  historyOf,
  insertMessage,
  listOthers,
  listShown,
  rowFor,
  toMessage,
} from "./message-rows.ts";
import { choosePathTo } from "./message-tree.ts";
import { getConversationToAnswer, requireNoReplyRunning } from "./one-reply-at-a-time.ts";
import { beginAgain } from "./regeneration.ts";
import type { ReplyWriter } from "./reply-ownership.ts";
import type { Statements, Transactions } from "./sql-database.ts";

/** What the messages of one user are made of. */
interface MessageStoreParts {
  readonly db: Transactions;
  readonly user: string;
  /** Who writes the replies that are begun. */
  readonly writer: ReplyWriter;
  /** Runs a transaction in which the writer writes. */
  readonly withLease: ReplyWriter["withLease"];
}

/** The messages of one user. */
export function createMessageStore({ db, user, writer, withLease }: MessageStoreParts): MessageStore {
  return {
    list: (sessionId, limit = Number.MAX_SAFE_INTEGER) =>
      db.read((sql) => listShown(sql, user, sessionId, limit)),
    listOthers: (sessionId) => db.read((sql) => listOthers(sql, user, sessionId)),
    history: (sessionId) => db.read((sql) => historyOf(sql, user, sessionId)),
    find: (messageId) =>
      db.read(async (sql) => {
        const row = await findRow(sql, user, messageId);
        return row && toMessage(row);
      }),
    exchangeOf: (messageId) => db.read((sql) => findExchangeOf(sql, user, messageId)),
    findExchange: (clientKey, sessionId) =>
      db.read((sql) => findExchangeByKey(sql, user, clientKey, sessionId)),
    image: (imageId) => db.read((sql) => getImage(sql, user, imageId)),
    begin: (exchange) => withLease(() => db.writeOrUndo((sql) => beginExchange(sql, user, writer, exchange))),
    beginAgain: (message) => withLease(() => db.writeOrUndo((sql) => beginAgain(sql, user, writer, message))),
    choose: (sessionId, messageId) =>
      db.write(async (sql) => {
        const row = await getMessageRow(sql, user, sessionId, messageId);
        await requireNoReplyRunning(sql, user, sessionId);
        await choosePathTo(sql, row);
        return await listShown(sql, user, sessionId, Number.MAX_SAFE_INTEGER);
      }),
    add: (message) => {
      const write = (): Promise<Message> => db.write((sql) => addMessage(sql, user, writer, message));
      return message.status === "streaming" ? withLease(write) : write();
    },
  };
}

async function addMessage(
  sql: Statements,
  user: string,
  writer: ReplyWriter,
  { sessionId, messageType, modelName, coversUntil, role, content, status }: NewMessage,
): Promise<Message> {
  const conversation = await getConversationToAnswer(sql, user, sessionId);
  const place = messageType === "chat" ? { parent: conversation["leaf"] as number | null, chosen: 1 } : {};
  return await insertMessage(sql, {
    ...rowFor(conversation, new Date().toISOString()),
    role,
    message_type: messageType,
    content,
    model_name: modelName,
    status,
    covers_until: coversUntil === undefined ? null : Number(coversUntil),
    writer: status === "streaming" ? writer.name() : null,
    ...place,
  });
}
