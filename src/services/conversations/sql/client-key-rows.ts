import { WireError } from "../../../contract/wire-error.ts";
import type { Statements } from "./sql-database.ts";

/** The conversation that a message with this key went to, where it named none. */
export async function conversationOfKey(
  sql: Statements,
  user: string,
  clientKey: string,
): Promise<string | undefined> {
  const row = await sql.get(
    "SELECT conversation_id FROM client_keys WHERE user_id = ? AND client_key = ?",
    user,
    clientKey,
  );
  return row && String(row["conversation_id"]);
}

/**
 * Remembers where a message with this key went: without a conversation to the user's newest, whose key need not be known
 * yet: it may be made by the statement before.
 */
export async function keepClientKey(
  sql: Statements,
  user: string,
  clientKey: string,
  sessionId: string | undefined,
): Promise<void> {
  await sql.run(
    `INSERT INTO client_keys SELECT ?1, ?2, id FROM conversations
      WHERE id = ifnull(CAST(?3 AS bigint), (SELECT max(id) FROM conversations WHERE user_id = ?1))`,
    user,
    clientKey,
    sessionId === undefined ? null : Number(sessionId),
  );
}

/** Forgets it again. */
export async function dropClientKey(sql: Statements, user: string, clientKey: string): Promise<void> {
  await sql.run("DELETE FROM client_keys WHERE user_id = ? AND client_key = ?", user, clientKey);
}

export function keyReusedError(clientKey: string): WireError {
  return new WireError(
    "key_reused",
    `The client_message_id "${clientKey}" was used before, for another message.`,
    "Give each message a key of its own; the same key is for the same message sent again.",
  );
}
