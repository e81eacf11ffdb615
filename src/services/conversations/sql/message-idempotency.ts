import type { BegunExchange, ClientKey, Exchange } from "../conversation-store.ts";
import { conversationOfKey, keyReusedError } from "./client-key-rows.ts";
import { replyTo } from "./find-exchange.ts";
import { toMessage } from "./message-rows.ts";
import { selectMessages } from "./reply-text.ts";
import { rowidOf } from "./rowid.ts";
import { getConversationId, toSession } from "./session-rows.ts";
import { type Row, type Statements, type Undoable, unchanged } from "./sql-database.ts";

/** A message that came before is not begun again: whoever sent it gets what it began then. */
export function begunBefore(exchange: Exchange, conversation: Row): Undoable<BegunExchange> {
  return unchanged({ ...exchange, session: toSession(conversation), isNew: false });
}

/**
 * {@link MessageStore.findExchange}: what the message with this key began when it came first; undefined where it has not
 * come before. Throws `key_reused` where it was another message.
 */
export async function findExchangeByKey(
  sql: Statements,
  user: string,
  { id: key, fingerprint }: ClientKey,
  given?: string,
): Promise<Exchange | undefined> {
  const sessionId = given ?? (await conversationOfKey(sql, user, key));
  if (sessionId === undefined) return undefined;
  const [, row] = await Promise.all([
    getConversationId(sql, user, sessionId),
    sql.get(
      `${selectMessages(sql)} WHERE conversation_id = ? AND client_message_id = ?`,
      rowidOf(sessionId) ?? null,
      key,
    ),
  ]);
  if (row === undefined) return undefined;
  const before = row["client_fingerprint"];
  if (before !== null && before !== fingerprint) throw keyReusedError(key);
  const message = toMessage(row);
  const reply = await replyTo(sql, message);
  return reply && { user: message, reply };
}
