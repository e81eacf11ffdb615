import type { MessageStore } from "../store.ts";
import type { Database } from "./database.ts";
import { beginExchange, findExchange, findExchangeOf, requireNoReplyRunning } from "./exchanges.ts";
import { getImage } from "./images.ts";
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
import { choosePathTo, leafOf } from "./message-tree.ts";
import { beginAgain } from "./regeneration.ts";
import { getConversationKeys } from "./sessions.ts";
import type { Writer } from "./writer.ts";

/** The messages of one user. */
export function createMessageStore(db: Database, user: string, writer: Writer): MessageStore {
  return {
    list: (sessionId, limit = Number.MAX_SAFE_INTEGER) =>
      db.read((sql) => listShown(sql, user, sessionId, limit)),
    listOthers: (sessionId) => db.read((sql) => listOthers(sql, user, sessionId)),
    history: (sessionId) => db.read((sql) => historyOf(sql, user, sessionId)),
    find: (messageId) =>
      db.read((sql) => {
        const row = findRow(sql, user, messageId);
        return row && toMessage(row);
      }),
    exchangeOf: (messageId) => db.read((sql) => findExchangeOf(sql, user, messageId)),
    findExchange: (clientKey, sessionId) => db.read((sql) => findExchange(sql, user, clientKey, sessionId)),
    image: (imageId) => db.read((sql) => getImage(sql, user, imageId)),
    begin: (exchange) => db.writeOrUndo((sql) => beginExchange(sql, user, writer, exchange)),
    beginAgain: (message) => db.writeOrUndo((sql) => beginAgain(sql, user, writer, message)),
    choose: (sessionId, messageId) =>
      db.write((sql) => {
        const row = getMessageRow(sql, user, sessionId, messageId);
        requireNoReplyRunning(sql, user, sessionId);
        choosePathTo(sql, row);
        return listShown(sql, user, sessionId, Number.MAX_SAFE_INTEGER);
      }),
    add: ({ sessionId, messageType, modelName, coversUntil, role, content, status }) =>
      db.write((sql) =>
        insertMessage(sql, {
          ...rowFor(sql, user, sessionId, new Date().toISOString()),
          role,
          message_type: messageType,
          content,
          model_name: modelName,
          status,
          covers_until: coversUntil === undefined ? null : Number(coversUntil),
          writer: status === "streaming" ? writer.name() : null,
          ...(messageType === "chat" && {
            parent: leafOf(sql, getConversationKeys(sql, user, sessionId).id),
            chosen: 1,
          }),
        }),
      ),
  };
}
