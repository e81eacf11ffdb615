import { conversationNotFound } from "../../../contract/conversation-not-found.ts";
import { Session } from "../../../contract/hmi-schemas.ts";
import { WireError } from "../../../contract/wire-error.ts";
import type {
  Destination,
  NewConversation,
  OpenedConversation,
  SessionFilter,
  SessionStore,
} from "../conversation-store.ts";
import { conversationOfKey, dropClientKey, keepClientKey, keyReused } from "./client-key-rows.ts";
import { profileNotFound } from "./profile-rows.ts";
import { rowidOf } from "./rowid.ts";
import {
  type Row,
  type SqlValue,
  type Statements,
  type Transactions,
  type Undoable,
  unchanged,
} from "./sql-database.ts";

const SELECT = "SELECT * FROM conversations";
const SELECT_WITH_MODEL = `SELECT conversations.*, (SELECT default_model FROM model_profiles
  WHERE model_id = conversations.model_id) AS default_model FROM conversations`;

/** The place before all others in the list: one that no clock decides, because clocks are set back. */
export const NEXT_ACTIVITY = "(SELECT ifnull(max(activity), 0) + 1 FROM conversations)";

/** The conversations of one user. */
export function createSessionStore(db: Transactions, user: string, defaultAgent: string): SessionStore {
  const change = (sessionId: string, set: string, ...values: string[]): Promise<Session> =>
    db.write(async (sql) => {
      const { session_id } = await getSession(sql, user, sessionId);
      await sql.run(`UPDATE conversations SET ${set} WHERE id = ?`, ...values, session_id);
      return await getSession(sql, user, session_id);
    });
  /** The conversation of a message that names none: where it went before, else the one that `find` finds, else a new one. */
  const openUnnamed = async (
    sql: Statements,
    { modelId = null, agentId, model }: Destination,
    clientKey: string | undefined,
    find: () => Promise<Session | undefined>,
  ): Promise<Undoable<OpenedConversation>> => {
    const before = clientKey === undefined ? undefined : await conversationOfKey(sql, user, clientKey);
    if (clientKey !== undefined && before !== undefined) {
      const session = await getSession(sql, user, before);
      const isSame = session.model_id === modelId && (agentId ?? session.agent_id) === session.agent_id;
      if (!isSame) throw keyReused(clientKey);
      const created = session.message_count === 0;
      return unchanged({ session, created, defaultModel: await defaultModelOf(sql, session) });
    }
    const found = await find();
    const { result: session, undo } =
      found === undefined
        ? await insert(sql, user, { modelId, agentId: agentId ?? defaultAgent, model })
        : unchanged(found);
    if (clientKey !== undefined) await keepClientKey(sql, user, clientKey, session.session_id);
    return {
      result: { session, created: found === undefined, defaultModel: await defaultModelOf(sql, session) },
      undo: async (undoing) => {
        if (clientKey !== undefined) await dropClientKey(undoing, user, clientKey);
        await undo(undoing);
      },
    };
  };
  return {
    list: (filter) => db.read((sql) => listSessions(sql, user, filter)),
    get: (sessionId) => db.read((sql) => getSession(sql, user, sessionId)),
    open: (destination, clientKey) =>
      db.writeOrUndo(async (sql) => {
        const { sessionId, modelId, agentId } = destination;
        if (sessionId === undefined) {
          const active = () => activeFor(sql, user, modelId ?? null, agentId);
          return await openUnnamed(sql, destination, clientKey, active);
        }
        const row = await getConversationRow(sql, SELECT_WITH_MODEL, user, sessionId);
        const session = checkGiven(toSession(row), destination);
        const defaultModel = session.model ?? (row["default_model"] as string | null);
        return unchanged({ session, created: false, defaultModel });
      }),
    openNew: (destination, clientKey) =>
      db.writeOrUndo((sql) => openUnnamed(sql, destination, clientKey, async () => undefined)),
    create: (conversation) => db.writeOrUndo((sql) => insert(sql, user, conversation)),
    activate: (sessionId) =>
      db.write(async (sql) => {
        const session = await getSession(sql, user, sessionId);
        await deactivate(sql, user, session.model_id);
        await sql.run("UPDATE conversations SET active = 1, archived = 0 WHERE id = ?", session.session_id);
        return await getSession(sql, user, sessionId);
      }),
    rename: (sessionId, title) => change(sessionId, "title = ?", title),
    archive: (sessionId) => change(sessionId, "active = 0, archived = 1"),
    unarchive: (sessionId) => change(sessionId, "archived = 0"),
    renew: (sessionId) =>
      db.write(async (sql) => {
        const { session_id, model_id, agent_id, model } = await getSession(sql, user, sessionId);
        await sql.run("UPDATE conversations SET active = 0, archived = 1 WHERE id = ?", session_id);
        const like = { modelId: model_id, agentId: agent_id, model: model ?? undefined };
        return (await insert(sql, user, like)).result;
      }),
    delete: (sessionId) =>
      db.write(async (sql) => {
        await sql.run(
          "DELETE FROM conversations WHERE id = ?",
          (await getSession(sql, user, sessionId)).session_id,
        );
      }),
  };
}

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
  const page = `${SELECT} ${where} ORDER BY activity DESC, id DESC LIMIT ? OFFSET ?`;
  const count = await sql.get(`SELECT count(*) AS n FROM conversations ${where}`, ...values);
  return {
    sessions: (await sql.all(page, ...values, limit, offset)).map(toSession),
    total: Number(count?.["n"]),
  };
}

/** Throws `conversation_not_found`, also for keys that this store never gives out. */
export async function getSession(sql: Statements, user: string, sessionId: string): Promise<Session> {
  return toSession(await getConversationRow(sql, SELECT, user, sessionId));
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

/** {@link OpenedConversation.defaultModel} */
async function defaultModelOf(sql: Statements, { model, model_id }: Session): Promise<string | null> {
  if (model !== null || model_id === null) return model;
  const profile = await sql.get("SELECT default_model FROM model_profiles WHERE model_id = ?", model_id);
  return (profile?.["default_model"] ?? null) as string | null;
}

/** What `select` takes of a conversation, whose key is its `?1`. Throws as {@link getSession} does. */
export async function getConversationRow(
  sql: Statements,
  select: string,
  user: string,
  sessionId: string,
): Promise<Row> {
  const id = rowidOf(sessionId);
  const row =
    id === undefined ? undefined : await sql.get(`${select} WHERE id = ?1 AND user_id = ?2`, id, user);
  if (row !== undefined) return row;
  throw conversationNotFound(sessionId);
}

/** The active conversation of a profile, if it is one of this agent (of any, where none is asked for). */
async function activeFor(
  sql: Statements,
  user: string,
  modelId: number | null,
  agentId: string | undefined,
): Promise<Session | undefined> {
  const row = await sql.get(
    `${SELECT} WHERE user_id = ? AND ifnull(model_id, 0) = ? AND active = 1`,
    user,
    modelId ?? 0,
  );
  if (row === undefined) return undefined;
  const session = toSession(row);
  return agentId === undefined || session.agent_id === agentId ? session : undefined;
}

function checkGiven(session: Session, { modelId, agentId }: Destination): Session {
  const { session_id, model_id, agent_id } = session;
  if (modelId !== undefined && modelId !== model_id) {
    throw new WireError(
      "model_mismatch",
      `Conversation ${session_id} belongs to ${describeProfile(model_id)}, not to ${describeProfile(modelId)}.`,
      "Leave model_id out, or start a conversation for that profile.",
    );
  }
  if (agentId !== undefined && agentId !== agent_id) {
    throw new WireError(
      "agent_mismatch",
      `Conversation ${session_id} belongs to the agent "${agent_id}", not to "${agentId}".`,
      "Start another conversation for another agent.",
    );
  }
  return session;
}

function describeProfile(modelId: number | null): string {
  return modelId === null ? "no profile" : `profile ${modelId}`;
}

async function insert(
  sql: Statements,
  user: string,
  { modelId, agentId, model }: NewConversation,
): Promise<Undoable<Session>> {
  const [profile, activeBefore] = await Promise.all([
    sql.get("SELECT 1 FROM model_profiles WHERE model_id = ? AND user_id = ?", modelId, user),
    deactivate(sql, user, modelId),
  ]);
  if (modelId !== null && profile === undefined) throw profileNotFound(modelId);
  const now = new Date().toISOString();
  const row = await sql.get(
    `INSERT INTO conversations (user_id, model_id, agent_id, model, active, created_at, updated_at, activity)
     VALUES (?, ?, ?, ?, 1, ?, ?, ${NEXT_ACTIVITY}) RETURNING *`,
    user,
    modelId,
    agentId,
    model ?? null,
    now,
    now,
  );
  const session = toSession(row ?? {});
  return { result: session, undo: (undoing) => unmake(undoing, session, activeBefore) };
}

/** Deletes a new conversation where nothing was said in it meanwhile; the one that was active before is that again. */
async function unmake(
  sql: Statements,
  { session_id }: Session,
  activeBefore: number | undefined,
): Promise<void> {
  const gone = await sql.get(
    "DELETE FROM conversations WHERE id = ? AND message_count = 0 RETURNING active",
    session_id,
  );
  if (gone?.["active"] !== 1 || activeBefore === undefined) return;
  await sql.run("UPDATE conversations SET active = 1 WHERE id = ? AND archived = 0", activeBefore);
}

/** Returns which one was active. */
async function deactivate(
  sql: Statements,
  user: string,
  modelId: number | null,
): Promise<number | undefined> {
  const row = await sql.get(
    "UPDATE conversations SET active = 0 WHERE user_id = ? AND ifnull(model_id, 0) = ? AND active = 1 RETURNING id",
    user,
    modelId ?? 0,
  );
  return row && Number(row["id"]);
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
