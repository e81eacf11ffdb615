import type { Notice } from "../../../contract/events.ts";
import type { Growth, ReplyEnding, ReplyStore } from "../reply-store.ts";
import { findReply } from "./exchanges.ts";
import { toJson } from "./message-rows.ts";
import { settleVersion } from "./regeneration.ts";
import { appendText, dropParts } from "./reply-text.ts";
import type { ReplyWriter } from "./reply-writer.ts";
import { type Database, NotConfirmedError, type Statements } from "./sql-database.ts";

/** The replies that this writer writes, of all users. */
export function createReplyStore(db: Database, writer: ReplyWriter): ReplyStore {
  /** By reply: an ending that may stand, and is not confirmed. */
  const endings = new Map<string, NotConfirmedError>();
  /** By reply: a growth of which is not known whether it stands. */
  const growths = new Map<string, { doubt: NotConfirmedError; text: Growth; thinking: Growth }>();
  /** What is still to be appended, where an earlier try may have been done after all. */
  const withoutWhatStands = async (messageId: string, text: Growth, thinking: Growth) => {
    const before = growths.get(messageId);
    if (before === undefined) return { text, thinking };
    const stands = await db.confirm(before.doubt);
    growths.delete(messageId);
    if (!stands) return { text, thinking };
    return { text: rest(text, before.text), thinking: rest(thinking, before.thinking) };
  };
  return {
    find: (messageId) => db.read((sql) => findReply(sql, messageId)),
    announce: (url) => writer.announce(url),
    otherWriterOf: (messageId) => db.read((sql) => writer.otherWriterOf(sql, messageId)),
    isOwnKey: (key) => writer.isOwnKey(key),
    async grow(messageId, text, thinking, notices = []) {
      const growth = await withoutWhatStands(messageId, text, thinking);
      const append = async (sql: Statements): Promise<boolean> => {
        const isOurs = await appendText(sql, { messageId, writer, ...growth });
        if (isOurs && notices.length > 0) await setNotices(sql, messageId, notices);
        return isOurs;
      };
      try {
        return await writer.withLease(() => db.writeSoon(append));
      } catch (error) {
        if (error instanceof NotConfirmedError) growths.set(messageId, { doubt: error, ...growth });
        throw error;
      }
    },
    async finish(messageId, ending) {
      growths.delete(messageId);
      const doubt = endings.get(messageId);
      if (doubt !== undefined) {
        const stands = await db.confirm(doubt);
        endings.delete(messageId);
        if (stands) return true;
      }
      let hasEnded = false;
      const end = async (sql: Statements): Promise<boolean> => {
        hasEnded = await finish(sql, messageId, writer, ending);
        return hasEnded;
      };
      try {
        return await writer.withLease(() => db.write(end));
      } catch (error) {
        if (error instanceof NotConfirmedError && hasEnded) endings.set(messageId, error);
        throw error;
      }
    },
    // Nobody is told of it: after a power cut there is no writer anyway.
    takeOver: () => writer.withLease(() => db.writeSoon((sql) => writer.takeOver(sql))),
    release: () => writer.release(),
  };
}

/** What a growth has beyond one with the same beginning. */
function rest(growth: Growth, before: Growth): Growth {
  const { length } = before.added;
  return { from: growth.from + length, added: growth.added.slice(length) };
}

async function finish(
  sql: Statements,
  messageId: string,
  writer: ReplyWriter,
  ending: ReplyEnding,
): Promise<boolean> {
  const id = Number(messageId);
  const row = await sql.get(
    `SELECT replaces FROM messages WHERE id = ? AND ${writer.mayWrite} ${sql.dialect.forUpdate}`,
    id,
    writer.present,
  );
  if (row === undefined) return false;
  const { replaces } = row;
  if (replaces !== null && !(await settleVersion(sql, id, Number(replaces), ending))) return true;
  await sql.run(
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
  await dropParts(sql, messageId);
  return true;
}

async function setNotices(sql: Statements, messageId: string, notices: readonly Notice[]): Promise<void> {
  await sql.run("UPDATE messages SET notices = ? WHERE id = ?", JSON.stringify(notices), Number(messageId));
}
