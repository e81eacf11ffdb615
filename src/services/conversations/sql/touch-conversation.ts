import type { Session } from "../../../contract/hmi-schemas.ts";
import { NEXT_ACTIVITY, toSession } from "./session-rows.ts";
import type { Row, SqlValue, Statements, Undoable } from "./sql-database.ts";

/**
 * Makes the conversation of this row the first of the list, also an archived one, and titles an untitled one. Returns it as
 * it is then.
 */
export async function touchConversation(
  sql: Statements,
  before: Row,
  now: string,
  title: string | null,
): Promise<Undoable<Session>> {
  const id = Number(before["id"]);
  const after = await sql.get(
    `UPDATE conversations SET archived = 0, updated_at = ?, activity = ${NEXT_ACTIVITY}, title = ifnull(title, ?)
      WHERE id = ? RETURNING *`,
    now,
    title,
    id,
  );
  const undo = async (undoing: Statements): Promise<void> => {
    const { title: titleBefore, archived, updated_at, activity } = before as Record<string, SqlValue>;
    await undoing.run(
      // A title that was given meanwhile stays, and what was made the active one is not archived.
      `UPDATE conversations SET title = CASE WHEN title IS NOT DISTINCT FROM ? THEN ? ELSE title END,
              archived = CASE WHEN active = 1 THEN 0 ELSE ? END, updated_at = ?, activity = ? WHERE id = ?`,
      titleBefore ?? title,
      titleBefore ?? null,
      archived ?? 0,
      updated_at ?? null,
      activity ?? null,
      id,
    );
  };
  return { result: toSession(after ?? {}), undo };
}
