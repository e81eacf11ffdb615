import type { Notice } from "../../../contract/event-schemas.ts";
import type { Growth, ReplyEnding, ReplyStore } from "../reply-store.ts";
import { findReply } from "./find-exchange.ts";
import { toJson } from "./message-rows.ts";
import { settleVersion } from "./regeneration.ts";
import { LeaseLapsedError, type ReplyWriter } from "./reply-ownership.ts";
import { appendText, dropParts } from "./reply-text.ts";
import { type Database, NotConfirmedError, type Statements } from "./sql-database.ts";

/** The replies that this writer writes, of all users. */
export function createReplyStore(db: Database, writer: ReplyWriter): ReplyStore {
  /** By reply: an ending that may stand, and is not confirmed. */
  const endings = new Map<string, NotConfirmedError>();
  /** By reply: a growth of which is not known whether it stands, and how far it reached. */
  const doubts = new Map<string, { doubt: NotConfirmedError; reach: Reach }>();
  /** By reply: how far it stands, where that is further than whoever writes it was told. */
  const reaches = new Map<string, Reach>();
  const reachOf = async (messageId: string): Promise<Reach | undefined> => {
    const before = doubts.get(messageId);
    if (before !== undefined) {
      const stands = await db.confirm(before.doubt);
      doubts.delete(messageId);
      if (stands) reaches.set(messageId, before.reach);
    }
    return reaches.get(messageId);
  };
  return {
    find: (messageId) => db.read((sql) => findReply(sql, messageId)),
    announce: (url) => writer.announce(url),
    otherWriterOf: (messageId) => db.read((sql) => writer.otherWriterOf(sql, messageId)),
    isOwnKey: (key) => writer.isOwnKey(key),
    async grow(messageId, text, thinking, { notices = [], thinkingMs = null } = {}) {
      const reach = await reachOf(messageId);
      const growth = { text: beyond(text, reach?.text), thinking: beyond(thinking, reach?.thinking) };
      const append = async (sql: Statements): Promise<boolean> => {
        const isOurs = await appendText(sql, { messageId, writer, thinkingMs, ...growth });
        if (!isOurs) await requireLost(sql, messageId, writer);
        if (isOurs && notices.length > 0) await setNotices(sql, messageId, notices);
        return isOurs;
      };
      try {
        const isOurs = await writer.withLease(() => db.writeSoon(append));
        reaches.delete(messageId);
        return isOurs;
      } catch (error) {
        if (error instanceof NotConfirmedError) {
          doubts.set(messageId, { doubt: error, reach: { text: endOf(text), thinking: endOf(thinking) } });
        }
        throw error;
      }
    },
    async finish(messageId, ending) {
      doubts.delete(messageId);
      reaches.delete(messageId);
      const doubt = endings.get(messageId);
      if (doubt !== undefined) {
        const stands = await db.confirm(doubt);
        endings.delete(messageId);
        if (stands) return true;
      }
      let hasEnded = false;
      const end = async (sql: Statements): Promise<boolean> => {
        hasEnded = await finish(sql, messageId, writer, ending);
        if (!hasEnded) await requireLost(sql, messageId, writer);
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
    takeOver: (known) => writer.withLease(() => db.writeSoon((sql) => writer.takeOver(sql, known))),
    release: () => writer.release(),
  };
}

/** How far a reply's text and its thoughts go, in UTF-16 units. */
interface Reach {
  readonly text: number;
  readonly thinking: number;
}

function endOf({ from, added }: Growth): number {
  return from + added.length;
}

/** What of a growth is beyond what stands. */
function beyond({ from, added }: Growth, stands = from): Growth {
  const known = Math.max(0, stands - from);
  return { from: from + known, added: added.slice(known) };
}

/** Throws a {@link LeaseLapsedError} where a reply that could not be written is this writer's still. */
async function requireLost(sql: Statements, messageId: string, writer: ReplyWriter): Promise<void> {
  const isOurs = "SELECT 1 FROM messages WHERE id = ? AND status = 'streaming' AND writer = ?";
  const row = await sql.get(isOurs, Number(messageId), writer.present);
  if (row !== undefined) throw new LeaseLapsedError(messageId);
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
    `UPDATE messages SET content = ?, thinking = ?, thinking_ms = ?, status = ?, finish_reason = ?, usage = ?, timings = ?,
            notices = ifnull(?, notices), error = ?, model_name = ifnull(?, model_name), writer = NULL WHERE id = ?`,
    ending.content,
    ending.thinking === "" ? null : ending.thinking,
    ending.thinkingMs,
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
