import type { Statements } from "../sql/sql-database.ts";

/** The first number of these locks: the second is made of the conversation's key. Those of users are of another kind. */
const KIND = 1;

/** Two conversations that share a number wait for each other, which is all. */
const numberOf = (conversation: string): string => `(${conversation} % 2147483647)::integer`;

/** A column of a row of `conversations`, by which a transaction that sends to that conversation is known until its end. */
export const LOCK_WHILE_SENDING = `pg_advisory_xact_lock(${KIND}, ${numberOf("conversations.id")}) AS sending`;

/** Waits for the end of a transaction that sends to this conversation; to be asked before what is to see it is begun. */
export async function waitForSending(sql: Statements, conversation: number): Promise<void> {
  await sql.get(
    `SELECT pg_advisory_xact_lock_shared(${KIND}, ${numberOf("CAST(? AS bigint)")})`,
    conversation,
  );
}
