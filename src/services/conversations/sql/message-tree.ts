import type { Row, Statements } from "./sql-database.ts";

/**
 * {@link SqlDialect.withPath}: the messages of conversation `?1` that are shown, as a table `path`. Each follows its
 * `parent`; of the messages that follow the same one, its versions, one is `chosen`. A message's id is greater than its
 * parent's, so that the order of the ids is that of the path.
 *
 * @param step joins `path` with the `messages` that follow one of it
 */
export function withPath(step: string): string {
  return `
  WITH RECURSIVE path (id) AS (
    SELECT id FROM messages WHERE conversation_id = ?1 AND ifnull(parent, 0) = 0 AND chosen = 1
    UNION ALL
    SELECT messages.id FROM path ${step}
  )`;
}

/** Selects a message of conversation `?1` that is no part of the way through it; nothing where all are, as without versions. */
export const OTHER_VERSION =
  "SELECT 1 FROM messages WHERE conversation_id = ?1 AND chosen = 0 AND message_type = 'chat'";

/** Makes room for another version of what follows `parent`; returns the one that was chosen there. */
export async function unchoose(
  sql: Statements,
  conversationId: number,
  parent: number | null,
): Promise<number | undefined> {
  const row = await sql.get(
    "UPDATE messages SET chosen = 0 WHERE conversation_id = ? AND ifnull(parent, 0) = ? AND chosen = 1 RETURNING id",
    conversationId,
    parent ?? 0,
  );
  return row && Number(row["id"]);
}

/** Shows this version, where {@link unchoose} has made room; nothing where it is undefined. */
export async function choose(sql: Statements, messageId: number | undefined): Promise<void> {
  if (messageId !== undefined) await sql.run("UPDATE messages SET chosen = 1 WHERE id = ?", messageId);
}

/** Shows the way to a message; what follows it is as it was when that way was left. */
export async function choosePathTo(sql: Statements, message: Row): Promise<void> {
  const others = await sql.all(
    // As a join, where the database is small, each step would read all of it.
    `WITH RECURSIVE way (id, parent, chosen) AS (
       SELECT id, parent, chosen FROM messages WHERE id = ?
       UNION ALL
       SELECT parent, (SELECT parent FROM messages WHERE id = way.parent), (SELECT chosen FROM messages WHERE id = way.parent)
         FROM way WHERE parent IS NOT NULL
     ) SELECT id, parent FROM way WHERE chosen = 0`,
    Number(message["id"]),
  );
  for (const { id, parent } of others) {
    await unchoose(sql, Number(message["conversation_id"]), parent === null ? null : Number(parent));
    await choose(sql, Number(id));
  }
}
