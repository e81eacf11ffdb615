import { TO_ANSWER } from "./one-reply-at-a-time.ts";
import { DEFAULT_MODEL, getConversationRow } from "./session-rows.ts";
import type { Row, Statements } from "./sql-database.ts";

/**
 * The row of a conversation that a message is sent to, as `getConversationToAnswer` gives it, with the message that came with
 * its key before as `sent` (null where there is none), its profile's model as `default_model`, and two keys for rows of
 * messages, `one_key` and `other_key`. Throws `conversation_not_found`.
 */
export async function getConversationToSendTo(
  sql: Statements,
  user: string,
  sessionId: string,
  clientKey: string | undefined,
): Promise<Row> {
  const { withPath, nextMessageKeys } = sql.dialect;
  const select = `${withPath} SELECT *, ${TO_ANSWER}, ${DEFAULT_MODEL}, ${nextMessageKeys},
      (SELECT id FROM messages WHERE conversation_id = ?1 AND client_message_id = ?3) AS sent FROM conversations`;
  return await getConversationRow(sql, select, user, sessionId, clientKey ?? null);
}
