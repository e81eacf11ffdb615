import type { Session } from "../../../contract/hmi-schemas.ts";
import { NEXT_ACTIVITY, toSession } from "./session-rows.ts";
import type { Row, SqlValue, Statements } from "./sql-database.ts";

/**
 * Makes the conversation of this row the first of the list, also an archived one, and titles an untitled one: as
 * {@link touchedSession} tells it.
 */
export async function touchConversation(
  sql: Statements,
  before: Row,
  now: string,
  title: string | null,
): Promise<void> {
  await sql.run(
    `UPDATE conversations SET archived = 0, updated_at = ?, activity = ${NEXT_ACTIVITY}, title = ifnull(title, ?) WHERE id = ?`,
    now,
    title,
    Number(before["id"]),
  );
}

/** The conversation of this row as {@link touchConversation} makes it, with this many messages more. */
export function touchedSession(
  before: Row,
  { now, title, added }: { readonly now: string; readonly title: string | null; readonly added: number },
): Session {
  const message_count = Number(before["message_count"]) + added;
  return toSession({
    ...before,
    archived: 0,
    updated_at: now,
    title: before["title"] ?? title,
    message_count,
  });
}

/** Takes {@link touchConversation} back; `before` is the row as it was then. */
export async function untouchConversation(
  undoing: Statements,
  before: Row,
  title: string | null,
): Promise<void> {
  const { id, title: titleBefore, archived, updated_at, activity } = before as Record<string, SqlValue>;
  await undoing.run(
    // A title that was given meanwhile stays, and what was made the active one is not archived.
    `UPDATE conversations SET title = CASE WHEN title IS NOT DISTINCT FROM ? THEN ? ELSE title END,
            archived = CASE WHEN active = 1 THEN 0 ELSE ? END, updated_at = ?, activity = ? WHERE id = ?`,
    titleBefore ?? title,
    titleBefore ?? null,
    archived ?? 0,
    updated_at ?? null,
    activity ?? null,
    id ?? null,
  );
}
