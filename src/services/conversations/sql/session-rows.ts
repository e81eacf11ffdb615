import { conversationNotFound } from "../../../contract/conversation-not-found.ts";
import { Session } from "../../../contract/hmi-schemas.ts";
import type { SessionFilter } from "../conversation-store.ts";
import { rowidOf } from "./rowid.ts";
import type { Row, SqlValue, Statements } from "./sql-database.ts";

export const SELECT_SESSION = "SELECT * FROM conversations";

/** The model of a conversation's profile, among the columns of its row. */
export const DEFAULT_MODEL =
  "(SELECT default_model FROM model_profiles WHERE model_id = conversations.model_id) AS default_model";

/** The place before all others in the list: one that no clock decides, because clocks are set back. */
export const NEXT_ACTIVITY = "(SELECT ifnull(max(activity), 0) + 1 FROM conversations)";

/** {@link SessionStore.list}. Each kind of list has an index of its own, so that a page costs what is on it. */
export async function listSessions(
  sql: Statements,
  user: string,
  { modelId, archived = false, limit, offset }: SessionFilter,
): Promise<{ sessions: Session[]; total: number }> {
  const ofProfile = modelId === undefined ? "" : " AND ifnull(model_id, 0) = ?";
  const ofKind = archived === "all" ? "" : ` AND archived = ${Number(archived)}`;
  const where = `WHERE user_id = ?${ofKind}${ofProfile}`;
  const values: SqlValue[] = [user, ...(modelId === undefined ? [] : [modelId ?? 0])];
  const page = `${SELECT_SESSION} ${where} ORDER BY activity DESC, id DESC LIMIT ? OFFSET ?`;
  const count = await sql.get(`SELECT count(*) AS n FROM conversations ${where}`, ...values);
  return {
    sessions: (await sql.all(page, ...values, limit, offset)).map(toSession),
    total: Number(count?.["n"]),
  };
}

/** Throws `conversation_not_found`, also for keys that this store never gives out. */
export async function getSession(sql: Statements, user: string, sessionId: string): Promise<Session> {
  return toSession(await getConversationRow(sql, SELECT_SESSION, user, sessionId));
}

/** The key of a conversation's row. Throws as {@link getSession} does. */
export async function getConversationId(sql: Statements, user: string, sessionId: string): Promise<number> {
  return Number((await getConversationRow(sql, "SELECT id FROM conversations", user, sessionId))["id"]);
}

/** {@link ConversationStore.userOf} */
export async function findUserOf(sql: Statements, sessionId: string): Promise<string | undefined> {
  const id = rowidOf(sessionId);
  return id === undefined ? undefined : await userOfConversation(sql, id);
}

/** Whose a conversation is. */
export async function userOfConversation(
  sql: Statements,
  conversationId: number,
): Promise<string | undefined> {
  const row = await sql.get("SELECT user_id FROM conversations WHERE id = ?", conversationId);
  return row && String(row["user_id"]);
}

/** What `select` takes of a conversation, whose key is its `?1`; more values are `?3` and so on. Throws as {@link getSession} does. */
export async function getConversationRow(
  sql: Statements,
  select: string,
  user: string,
  sessionId: string,
  ...more: SqlValue[]
): Promise<Row> {
  const id = rowidOf(sessionId);
  const row =
    id === undefined
      ? undefined
      : await sql.get(`${select} WHERE id = ?1 AND user_id = ?2`, id, user, ...more);
  if (row !== undefined) return row;
  throw conversationNotFound(sessionId);
}

/** A row of `conversations` in the contract's shape. */
export function toSession(row: Row): Session {
  return Session.parse({
    ...row,
    session_id: String(row["id"]),
    active: row["active"] === 1,
    archived: row["archived"] === 1,
  });
}
