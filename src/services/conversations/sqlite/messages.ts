import type { MessageStore } from "../store.ts";
import type { Database } from "./database.ts";
import { beginAgain, beginExchange, findExchange } from "./exchanges.ts";
import { historyOf, insertMessage, rowFor, toMessage } from "./message-rows.ts";
import { appendText, dropParts, SELECT_MESSAGES } from "./reply-text.ts";
import { getOwner } from "./sessions.ts";
import type { Writer } from "./writer.ts";

export function createMessageStore(db: Database, writer: Writer): MessageStore {
  return {
    list: (sessionId, limit = Number.MAX_SAFE_INTEGER) =>
      db.read((sql) => {
        const { id } = getOwner(sql, sessionId);
        const newest = `${SELECT_MESSAGES} WHERE conversation_id = ? ORDER BY id DESC LIMIT ?`;
        return sql.all(`SELECT * FROM (${newest}) ORDER BY id`, id, limit).map(toMessage);
      }),
    history: (sessionId) => db.read((sql) => historyOf(sql, sessionId)),
    find: (messageId) =>
      db.read((sql) => {
        const row = /^[1-9]\d{0,14}$/.test(messageId)
          ? sql.get(`${SELECT_MESSAGES} WHERE id = ?`, Number(messageId))
          : undefined;
        return row && toMessage(row);
      }),
    findExchange: (clientMessageId) => db.read((sql) => findExchange(sql, clientMessageId)),
    begin: (exchange) => beginExchange(db, writer, exchange),
    beginAgain: (message) => beginAgain(db, writer, message),
    grow: (messageId, from, added) =>
      db.writeSoon((sql) => appendText(sql, { messageId, writer: writer.present, from, added })),
    finish: (messageId, { content, status, finishReason, usage, error }) =>
      db.write((sql) => {
        const changed = sql.run(
          `UPDATE messages SET content = ?, status = ?, finish_reason = ?, usage = ?, error = ?, writer = NULL
            WHERE id = ? AND status = 'streaming' AND writer = ?`,
          content,
          status,
          finishReason,
          usage === null ? null : JSON.stringify(usage),
          error === null ? null : JSON.stringify(error),
          Number(messageId),
          writer.present,
        );
        if (changed > 0) dropParts(sql, messageId);
        return changed > 0;
      }),
    add: ({ sessionId, messageType, modelName, coversUntil, role, content, status }) =>
      db.write((sql) =>
        insertMessage(sql, {
          ...rowFor(sql, sessionId, new Date().toISOString()),
          role,
          message_type: messageType,
          content,
          model_name: modelName,
          status,
          covers_until: coversUntil === undefined ? null : Number(coversUntil),
          writer: status === "streaming" ? writer.name() : null,
        }),
      ),
    takeOver: () => db.write((sql) => writer.takeOver(sql)),
    release: async () => writer.release(),
  };
}
