import type { ReplyEnding, ReplyStore } from "../store.ts";
import type { Database, SqlValue, Statements } from "./database.ts";
import { findReply } from "./exchanges.ts";
import { settleReplacement } from "./regeneration.ts";
import { appendText, dropParts } from "./reply-text.ts";
import type { Writer } from "./writer.ts";

/** The replies that this writer writes, of all users. */
export function createReplyStore(db: Database, writer: Writer): ReplyStore {
  return {
    find: (messageId) => db.read((sql) => findReply(sql, messageId)),
    grow: (messageId, text, thinking) =>
      db.writeSoon((sql) => appendText(sql, { messageId, writer: writer.present, text, thinking })),
    finish: (messageId, ending) => db.write((sql) => finish(sql, messageId, writer.present, ending)),
    takeOver: () => db.write((sql) => writer.takeOver(sql)),
    release: async () => writer.release(),
  };
}

function finish(sql: Statements, messageId: string, writer: string, ending: ReplyEnding): boolean {
  const id = Number(messageId);
  const row = sql.get(
    "SELECT replaces FROM messages WHERE id = ? AND status = 'streaming' AND writer = ?",
    id,
    writer,
  );
  if (row === undefined) return false;
  const { replaces } = row;
  if (replaces !== null && !settleReplacement(sql, id, Number(replaces), ending.status)) return true;
  sql.run(
    `UPDATE messages SET content = ?, thinking = ?, status = ?, finish_reason = ?, usage = ?, timings = ?, notices = ?,
            error = ?, model_name = ifnull(?, model_name), writer = NULL WHERE id = ?`,
    ending.content,
    ending.thinking === "" ? null : ending.thinking,
    ending.status,
    ending.finishReason,
    toJson(ending.usage),
    toJson(ending.timings),
    ending.notices.length === 0 ? null : toJson(ending.notices),
    toJson(ending.error),
    ending.modelName,
    id,
  );
  dropParts(sql, messageId);
  return true;
}

function toJson(value: unknown): SqlValue {
  return value === null ? null : JSON.stringify(value);
}
