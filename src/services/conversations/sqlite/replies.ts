import type { Notice } from "../../../contract/events.ts";
import type { ReplyEnding, ReplyStore } from "../store.ts";
import type { Database, SqlValue, Statements } from "./database.ts";
import { findReply } from "./exchanges.ts";
import { settleVersion } from "./regeneration.ts";
import { appendText, dropParts } from "./reply-text.ts";
import { NotSyncedError } from "./sqlite-errors.ts";
import type { Writer } from "./writer.ts";

/** The replies that this writer writes, of all users. */
export function createReplyStore(db: Database, writer: Writer): ReplyStore {
  /** Replies that have ended, and of which a power cut may still cost the ending. */
  const unconfirmed = new Set<string>();
  return {
    find: (messageId) => db.read((sql) => findReply(sql, messageId)),
    announce: (url) => writer.announce(url),
    otherWriterOf: (messageId) => db.read((sql) => writer.otherWriterOf(sql, messageId)),
    isOwnKey: (key) => key !== "" && key === writer.present,
    grow: (messageId, text, thinking, notices = []) =>
      db.writeSoon((sql) => {
        const isOurs = appendText(sql, { messageId, writer: writer.present, text, thinking });
        if (isOurs && notices.length > 0) setNotices(sql, messageId, notices);
        return isOurs;
      }),
    async finish(messageId, ending) {
      // It is in the database; only the disk had not confirmed it.
      if (unconfirmed.has(messageId)) await db.sync();
      if (unconfirmed.delete(messageId)) return true;
      let hasEnded = false;
      try {
        return await db.write((sql) => {
          hasEnded = finish(sql, messageId, writer.present, ending);
          return hasEnded;
        });
      } catch (error) {
        if (error instanceof NotSyncedError && hasEnded) unconfirmed.add(messageId);
        throw error;
      }
    },
    // Nobody is told of it: after a power cut there is no writer anyway.
    takeOver: () => db.writeSoon((sql) => writer.takeOver(sql)),
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
  if (replaces !== null && !settleVersion(sql, id, Number(replaces), ending)) return true;
  sql.run(
    `UPDATE messages SET content = ?, thinking = ?, status = ?, finish_reason = ?, usage = ?, timings = ?,
            notices = ifnull(?, notices), error = ?, model_name = ifnull(?, model_name), writer = NULL WHERE id = ?`,
    ending.content,
    ending.thinking === "" ? null : ending.thinking,
    ending.status,
    ending.finishReason,
    toJson(ending.usage),
    toJson(ending.timings),
    // A gateway that goes on after a restart need not tell again what it has told.
    ending.notices.length === 0 ? null : toJson(ending.notices),
    toJson(ending.error),
    ending.modelName,
    id,
  );
  dropParts(sql, messageId);
  return true;
}

function setNotices(sql: Statements, messageId: string, notices: readonly Notice[]): void {
  sql.run("UPDATE messages SET notices = ? WHERE id = ?", JSON.stringify(notices), Number(messageId));
}

function toJson(value: unknown): SqlValue {
  return value === null ? null : JSON.stringify(value);
}
