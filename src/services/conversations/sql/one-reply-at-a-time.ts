import { ConversationAnsweredError } from "../conversation-answered-error.ts";
import { getConversationRow } from "./session-rows.ts";
import type { Row, Statements } from "./sql-database.ts";

/** Throws `conversation_not_found`, or a {@link ConversationAnsweredError} where the conversation is being answered. */
export async function requireNoReplyRunning(sql: Statements, user: string, sessionId: string): Promise<void> {
  refuseWhileAnswered(await getConversationToAnswer(sql, user, sessionId));
}

/** What {@link getConversationToAnswer} gives beside a conversation's row, whose key is `?1`. */
export const TO_ANSWER = `(SELECT max(id) FROM path) AS leaf,
  (SELECT count(*) FROM messages WHERE conversation_id = ?1 AND status = 'streaming') AS running`;

/**
 * The row of a conversation, with the last message that is shown as `leaf` (null where nothing was said yet), and how many
 * replies are being written as `running`. Throws `conversation_not_found`.
 */
export async function getConversationToAnswer(
  sql: Statements,
  user: string,
  sessionId: string,
): Promise<Row> {
  const select = `${sql.dialect.withPath} SELECT *, ${TO_ANSWER} FROM conversations`;
  return await getConversationRow(sql, select, user, sessionId);
}

/** Throws a {@link ConversationAnsweredError} where a conversation, as {@link getConversationToAnswer} gives it, is being answered. */
export function refuseWhileAnswered({ id, running }: Row): void {
  if (running !== 0) throw new ConversationAnsweredError(String(id));
}
