import type { MessageStore } from "../store.ts";
import type { Database } from "./database.ts";
import { beginAgain, beginExchange, findExchange } from "./exchanges.ts";
import { historyOf, insertMessage, rowFor, toMessage } from "./message-rows.ts";
import { getOwner } from "./sessions.ts";

export function createMessageStore(db: Database): MessageStore {
  return {
    async list(sessionId, limit = Number.MAX_SAFE_INTEGER) {
      const { id } = getOwner(db, sessionId);
      const newest = "SELECT * FROM messages WHERE conversation_id = ? ORDER BY id DESC LIMIT ?";
      return db.all(`SELECT * FROM (${newest}) ORDER BY id`, id, limit).map(toMessage);
    },
    history: async (sessionId) => historyOf(db, sessionId),
    async find(messageId) {
      const row = /^[1-9]\d{0,14}$/.test(messageId)
        ? db.get("SELECT * FROM messages WHERE id = ?", Number(messageId))
        : undefined;
      return row && toMessage(row);
    },
    findExchange: async (clientMessageId) => findExchange(db, clientMessageId),
    begin: async (exchange) => beginExchange(db, exchange),
    beginAgain: async (message) => beginAgain(db, message),
    async grow(messageId, content) {
      db.run("UPDATE messages SET content = ? WHERE id = ? AND status = 'streaming'", content, messageId);
    },
    async finish(messageId, { content, status, finishReason, usage, error }) {
      db.run(
        `UPDATE messages SET content = ?, status = ?, finish_reason = ?, usage = ?, error = ?
          WHERE id = ? AND status = 'streaming'`,
        content,
        status,
        finishReason,
        usage === null ? null : JSON.stringify(usage),
        error === null ? null : JSON.stringify(error),
        messageId,
      );
    },
    add: async ({ sessionId, messageType, modelName, coversUntil, role, content, status }) =>
      insertMessage(db, {
        ...rowFor(db, sessionId, new Date().toISOString()),
        role,
        message_type: messageType,
        content,
        model_name: modelName,
        status,
        covers_until: coversUntil === undefined ? null : Number(coversUntil),
      }),
    unfinished: async () =>
      db.all("SELECT * FROM messages WHERE status = 'streaming' ORDER BY id").map(toMessage),
  };
}
