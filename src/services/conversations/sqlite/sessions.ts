import { Session } from "../../../contract/hmi.ts";
import { WireError } from "../../../errors.ts";
import type { Destination, NewConversation, SessionFilter, SessionStore } from "../store.ts";
import type { Database, Row, SqlValue, Statements } from "./database.ts";
import { profileNotFound } from "./profiles.ts";

/** The embedded store serves one person; the column is there for stores that serve many. */
const USER = "local";

const SELECT = "SELECT * FROM conversations";

/** The place before all others in the list: one that no clock decides, because clocks are set back. */
export const NEXT_ACTIVITY = "(SELECT ifnull(max(activity), 0) + 1 FROM conversations)";

export function createSessionStore(db: Database, defaultAgent: string): SessionStore {
  const change = (sessionId: string, set: string, ...values: string[]): Promise<Session> =>
    db.write((sql) => {
      const { session_id } = getSession(sql, sessionId);
      sql.run(`UPDATE conversations SET ${set} WHERE id = ?`, ...values, session_id);
      return getSession(sql, session_id);
    });
  return {
    list: (filter) => db.read((sql) => listSessions(sql, filter)),
    get: (sessionId) => db.read((sql) => getSession(sql, sessionId)),
    open: (destination) =>
      db.write((sql) => {
        const existing =
          destination.sessionId === undefined
            ? activeFor(sql, destination.modelId ?? null, destination.agentId)
            : checkGiven(getSession(sql, destination.sessionId), destination);
        if (existing !== undefined) return { session: existing, created: false };
        const { modelId = null, agentId = defaultAgent, model } = destination;
        return { session: insert(sql, { modelId, agentId, model }), created: true };
      }),
    create: (conversation) => db.write((sql) => insert(sql, conversation)),
    activate: (sessionId) =>
      db.write((sql) => {
        const session = getSession(sql, sessionId);
        deactivate(sql, session.model_id);
        sql.run("UPDATE conversations SET active = 1, archived = 0 WHERE id = ?", session.session_id);
        return getSession(sql, sessionId);
      }),
    rename: (sessionId, title) => change(sessionId, "title = ?", title),
    archive: (sessionId) => change(sessionId, "active = 0, archived = 1"),
    renew: (sessionId) =>
      db.write((sql) => {
        const { session_id, model_id, agent_id, model } = getSession(sql, sessionId);
        sql.run("UPDATE conversations SET active = 0, archived = 1 WHERE id = ?", session_id);
        return insert(sql, { modelId: model_id, agentId: agent_id, model: model ?? undefined });
      }),
    delete: (sessionId) =>
      db.write((sql) => {
        sql.run("DELETE FROM conversations WHERE id = ?", getSession(sql, sessionId).session_id);
      }),
  };
}

/** {@link SessionStore.list}. Both kinds of list have an index of their own, so that a page costs what is on it. */
export function listSessions(
  sql: Statements,
  { modelId, limit, offset }: SessionFilter,
): { sessions: Session[]; total: number } {
  const ofProfile = modelId === undefined ? "" : " AND ifnull(model_id, 0) = ?";
  const where = `WHERE user_id = ? AND archived = 0${ofProfile}`;
  const values: SqlValue[] = [USER, ...(modelId === undefined ? [] : [modelId ?? 0])];
  const page = `${SELECT} ${where} ORDER BY activity DESC, id DESC LIMIT ? OFFSET ?`;
  const count = sql.get(`SELECT count(*) AS n FROM conversations ${where}`, ...values);
  return {
    sessions: sql.all(page, ...values, limit, offset).map(toSession),
    total: Number(count?.["n"]),
  };
}

/** Throws `conversation_not_found`, also for keys that this store never gives out. */
export function getSession(sql: Statements, sessionId: string): Session {
  return toSession(getRow(sql, SELECT, sessionId));
}

/** What a message takes from its conversation. */
export interface Owner {
  readonly id: number;
  readonly modelId: number | null;
  readonly agentId: string;
}

/** Throws as {@link getSession} does. */
export function getOwner(sql: Statements, sessionId: string): Owner {
  const row = getRow(sql, "SELECT id, model_id, agent_id FROM conversations", sessionId);
  return {
    id: Number(row["id"]),
    modelId: row["model_id"] === null ? null : Number(row["model_id"]),
    agentId: String(row["agent_id"]),
  };
}

function getRow(sql: Statements, select: string, sessionId: string): Row {
  const row = /^[1-9]\d{0,14}$/.test(sessionId)
    ? sql.get(`${select} WHERE id = ?`, Number(sessionId))
    : undefined;
  if (row !== undefined) return row;
  throw new WireError("conversation_not_found", `There is no conversation "${sessionId}".`);
}

/** The active conversation of a profile, if it is one of this agent (of any, where none is asked for). */
function activeFor(
  sql: Statements,
  modelId: number | null,
  agentId: string | undefined,
): Session | undefined {
  const row = sql.get(
    `${SELECT} WHERE user_id = ? AND ifnull(model_id, 0) = ? AND active = 1`,
    USER,
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

function insert(sql: Statements, { modelId, agentId, model }: NewConversation): Session {
  if (modelId !== null && !sql.get("SELECT 1 FROM model_profiles WHERE model_id = ?", modelId)) {
    throw profileNotFound(modelId);
  }
  deactivate(sql, modelId);
  const now = new Date().toISOString();
  const row = sql.get(
    `INSERT INTO conversations (user_id, model_id, agent_id, model, active, created_at, updated_at, activity)
     VALUES (?, ?, ?, ?, 1, ?, ?, ${NEXT_ACTIVITY}) RETURNING *`,
    USER,
    modelId,
    agentId,
    model ?? null,
    now,
    now,
  );
  return toSession(row ?? {});
}

function deactivate(sql: Statements, modelId: number | null): void {
  sql.run(
    "UPDATE conversations SET active = 0 WHERE user_id = ? AND ifnull(model_id, 0) = ? AND active = 1",
    USER,
    modelId ?? 0,
  );
}

function toSession(row: Row): Session {
  return Session.parse({
    ...row,
    session_id: String(row["id"]),
    active: row["active"] === 1,
    archived: row["archived"] === 1,
  });
}
