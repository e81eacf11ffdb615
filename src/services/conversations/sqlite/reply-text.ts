import type { SqlValue, Statements } from "./database.ts";

/** What a streaming reply has beyond its row's `content`. */
const PARTS =
  "(SELECT group_concat(text, '' ORDER BY start) FROM reply_parts WHERE message_id = messages.id)";

/**
 * Rows of `messages` with the whole text of those that are being written: `growth` is to be appended to `content`.
 */
export const SELECT_MESSAGES = `
  SELECT messages.*, CASE WHEN status = 'streaming' THEN ${PARTS} END AS growth FROM messages`;

/** Up to this length, in UTF-16 units, the row itself is written anew: it fits into the page that is written anyway. */
const SHORT = 2 * 1024;

/**
 * Appends to the text of a reply that this writer writes, and returns whether it was there. `from` is the
 * length of what was saved before, in UTF-16 units.
 *
 * To change a row, SQLite writes all of it anew. So what is appended goes to rows of its own, which are joined
 * to the reply's row whenever they are as long as that: then all that is written is about three times the
 * text. Whoever reads the table alone finds short replies whole, and of long ones at least half.
 */
export function appendText(
  sql: Statements,
  { messageId, writer, from, added }: { messageId: string; writer: string; from: number; added: string },
): boolean {
  const isOurs = "id = ? AND status = 'streaming' AND writer = ?";
  const ours: SqlValue[] = [Number(messageId), writer];
  const length = from + added.length;
  const first = sql.get(
    "SELECT min(start) AS start FROM reply_parts WHERE message_id = ?",
    Number(messageId),
  );
  const inRow = Number(first?.["start"] ?? from);
  if (length > SHORT && length < 2 * inRow) {
    return (
      sql.run(
        `INSERT INTO reply_parts (message_id, start, text) SELECT id, ?, ? FROM messages WHERE ${isOurs}`,
        from,
        added,
        ...ours,
      ) > 0
    );
  }
  const changed = sql.run(
    `UPDATE messages SET content = content || ifnull(${PARTS}, '') || ? WHERE ${isOurs}`,
    added,
    ...ours,
  );
  if (changed > 0) dropParts(sql, messageId);
  return changed > 0;
}

/** Removes what {@link appendText} saved beside the row, once the row has it all. */
export function dropParts(sql: Statements, messageId: string): void {
  sql.run("DELETE FROM reply_parts WHERE message_id = ?", Number(messageId));
}
