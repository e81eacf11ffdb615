import { ConversationAnsweredError } from "../conversation-answered-error.ts";
import { OTHER_VERSION } from "./message-tree.ts";
import { getConversationRow } from "./session-rows.ts";
import type { Row, Statements } from "./sql-database.ts";

/** Throws `conversation_not_found`, or a {@link ConversationAnsweredError} where the conversation is being answered. */
export async function requireNoReplyRunning(sql: Statements, user: string, sessionId: string): Promise<void> {
  refuseWhileAnswered(await getConversationToAnswer(sql, user, sessionId));
}

/**
 * What {@link getConversationToAnswer} gives beside a conversation's row, whose key is `?1`: `leaf` as it is where there are no other
 * versions; see {@link withLeaf}. In the order of an index, which has one message for each that is followed by one.
 */
export const TO_ANSWER = `(SELECT id FROM messages WHERE conversation_id = ?1 AND chosen = 1 ORDER BY ifnull(parent, 0) DESC LIMIT 1) AS leaf,
  (${OTHER_VERSION} LIMIT 1) AS other_versions,
  (SELECT count(*) FROM messages WHERE conversation_id = ?1 AND status = 'streaming') AS running`;

/** A conversation's row with {@link TO_ANSWER}, by which the last message that is shown is known also among versions. */
export async function withLeaf(sql: Statements, row: Row): Promise<Row> {
  if (row["other_versions"] === null) return row;
  const last = await sql.get(`${sql.dialect.withPath} SELECT max(id) AS leaf FROM path`, Number(row["id"]));
  return { ...row, ...last };
}

/**
 * The row of a conversation, with the last message that is shown as `leaf` (null where nothing was said yet), and how many
 * replies are being written as `running`. Throws `conversation_not_found`.
 */
export async function getConversationToAnswer(
  sql: Statements,
  user: string,
  sessionId: string,
): Promise<Row> {
  const select = `SELECT *, ${TO_ANSWER} FROM conversations`;
  return await withLeaf(sql, await getConversationRow(sql, select, user, sessionId));
}

/** Throws a {@link ConversationAnsweredError} where a conversation, as {@link getConversationToAnswer} gives it, is being answered. */
export function refuseWhileAnswered({ id, running }: Row): void {
  if (running !== 0) throw new ConversationAnsweredError(String(id));
}
