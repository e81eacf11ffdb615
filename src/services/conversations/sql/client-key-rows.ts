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

/** Remembers where a message with this key went. */
export async function keepClientKey(
  sql: Statements,
  user: string,
  clientKey: string,
  sessionId: string,
): Promise<void> {
  await sql.run("INSERT INTO client_keys VALUES (?, ?, ?)", user, clientKey, Number(sessionId));
}

/** Forgets it again. */
export async function dropClientKey(sql: Statements, user: string, clientKey: string): Promise<void> {
  await sql.run("DELETE FROM client_keys WHERE user_id = ? AND client_key = ?", user, clientKey);
}

export function keyReused(clientKey: string): WireError {
  return new WireError(
    "key_reused",
    `The client_message_id "${clientKey}" was used before, for another message.`,
    "Give each message a key of its own; the same key is for the same message sent again.",
  );
}
