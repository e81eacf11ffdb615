import type { Row, Statements } from "./database.ts";

/**
 * Before a query: the messages of conversation `?1` that are shown, as a table `path`. Each follows its `parent`; of the
 * messages that follow the same one, its versions, one is `chosen`. A message's id is greater than its parent's, so
 * that the order of the ids is that of the path. (CROSS JOIN and + are hints, without which each step would look at all
 * messages of the conversation.)
 */
export const WITH_PATH = `
  WITH RECURSIVE path (id) AS (
    SELECT id FROM messages WHERE conversation_id = ?1 AND ifnull(parent, 0) = 0 AND chosen = 1
    UNION ALL
    SELECT messages.id FROM path CROSS JOIN messages
        ON conversation_id = ?1 AND ifnull(parent, 0) = +path.id AND chosen = 1
  )`;

/** The last message that is shown; null where nothing was said yet. */
export function leafOf(sql: Statements, conversationId: number): number | null {
  const row = sql.get(`${WITH_PATH} SELECT max(id) AS id FROM path`, conversationId);
  return row?.["id"] == null ? null : Number(row["id"]);
}

/** Makes room for another version of what follows `parent`; returns the one that was chosen there. */
export function unchoose(sql: Statements, conversationId: number, parent: number | null): number | undefined {
  const row = sql.get(
    "UPDATE messages SET chosen = 0 WHERE conversation_id = ? AND ifnull(parent, 0) = ? AND chosen = 1 RETURNING id",
    conversationId,
    parent ?? 0,
  );
  return row && Number(row["id"]);
}

/** Shows this version, where {@link unchoose} has made room; nothing where it is undefined. */
export function choose(sql: Statements, messageId: number | undefined): void {
  if (messageId !== undefined) sql.run("UPDATE messages SET chosen = 1 WHERE id = ?", messageId);
}

/** Shows the way to a message; what follows it is as it was when that way was left. */
export function choosePathTo(sql: Statements, message: Row): void {
  for (let at: Row | undefined = message; at !== undefined; at = parentOf(sql, at)) {
    if (at["chosen"] === 1) continue;
    unchoose(sql, Number(at["conversation_id"]), at["parent"] === null ? null : Number(at["parent"]));
    choose(sql, Number(at["id"]));
  }
}

function parentOf(sql: Statements, { parent }: Row): Row | undefined {
  const columns = "id, parent, chosen, conversation_id";
  return parent === null
    ? undefined
    : sql.get(`SELECT ${columns} FROM messages WHERE id = ?`, Number(parent));
}
