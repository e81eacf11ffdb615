import { Session } from "../../../contract/hmi.ts";
import { WireError } from "../../../errors.ts";
import type { Destination, NewConversation, SessionStore } from "../store.ts";
import type { Database, Row } from "./database.ts";
import { profileNotFound } from "./profiles.ts";

/** The embedded store serves one person; the column is there for stores that serve many. */
const USER = "local";

const SELECT = `
  SELECT conversations.*,
         (SELECT count(*) FROM messages
           WHERE conversation_id = conversations.id AND message_type = 'chat') AS message_count
    FROM conversations`;

export function createSessionStore(db: Database, defaultAgent: string): SessionStore {
  const find = (sessionId: string): Session => getSession(db, sessionId);
  const change = (sessionId: string, sql: string, ...values: string[]): Session =>
    db.transaction(() => {
      const { session_id } = find(sessionId);
      db.run(`${sql} WHERE id = ?`, ...values, session_id);
      return find(session_id);
    });
  return {
    async list({ modelId, limit, offset }) {
      const where = "WHERE user_id = ? AND archived = 0 AND (? = 'all' OR ifnull(model_id, 0) = ?)";
      const values = [USER, modelId === undefined ? "all" : "one", modelId ?? 0] as const;
      const rows = db.all(
        `${SELECT} ${where} ORDER BY updated_at DESC, id DESC LIMIT ? OFFSET ?`,
        ...values,
        limit,
        offset,
      );
      const count = db.get(`SELECT count(*) AS n FROM conversations ${where}`, ...values);
      return { sessions: rows.map(toSession), total: Number(count?.["n"]) };
    },
    get: async (sessionId) => find(sessionId),
    open: async (destination) =>
      db.transaction(() => {
        const existing =
          destination.sessionId === undefined
            ? activeFor(db, destination.modelId ?? null, destination.agentId)
            : checkGiven(find(destination.sessionId), destination);
        if (existing !== undefined) return { session: existing, created: false };
        const { modelId = null, agentId = defaultAgent, model } = destination;
        return { session: insert(db, { modelId, agentId, model }), created: true };
      }),
    create: async (conversation) => db.transaction(() => insert(db, conversation)),
    activate: async (sessionId) =>
      db.transaction(() => {
        const session = find(sessionId);
        deactivate(db, session.model_id);
        db.run("UPDATE conversations SET active = 1, archived = 0 WHERE id = ?", session.session_id);
        return find(sessionId);
      }),
    rename: async (sessionId, title) => change(sessionId, "UPDATE conversations SET title = ?", title),
    archive: async (sessionId) => change(sessionId, "UPDATE conversations SET active = 0, archived = 1"),
    renew: async (sessionId) =>
      db.transaction(() => {
        const { session_id, model_id, agent_id, model } = find(sessionId);
        db.run("UPDATE conversations SET active = 0, archived = 1 WHERE id = ?", session_id);
        return insert(db, { modelId: model_id, agentId: agent_id, model: model ?? undefined });
      }),
    async delete(sessionId) {
      const { session_id } = find(sessionId);
      db.run("DELETE FROM conversations WHERE id = ?", session_id);
    },
  };
}

/** Throws `conversation_not_found`, also for keys that this store never gives out. */
export function getSession(db: Database, sessionId: string): Session {
  return toSession(getRow(db, SELECT, sessionId));
}

/** What a message takes from its conversation. */
export interface Owner {
  readonly id: number;
  readonly modelId: number | null;
  readonly agentId: string;
}

/** Unlike {@link getSession} it counts no messages, which takes time where there are many. Throws the same. */
export function getOwner(db: Database, sessionId: string): Owner {
  const row = getRow(db, "SELECT id, model_id, agent_id FROM conversations", sessionId);
  return {
    id: Number(row["id"]),
    modelId: row["model_id"] === null ? null : Number(row["model_id"]),
    agentId: String(row["agent_id"]),
  };
}

function getRow(db: Database, select: string, sessionId: string): Row {
  const row = /^[1-9]\d{0,14}$/.test(sessionId)
    ? db.get(`${select} WHERE id = ?`, Number(sessionId))
    : undefined;
  if (row !== undefined) return row;
  throw new WireError("conversation_not_found", `There is no conversation "${sessionId}".`);
}

/** The active conversation of a profile, if it is one of this agent (of any, where none is asked for). */
function activeFor(db: Database, modelId: number | null, agentId: string | undefined): Session | undefined {
  const row = db.get(
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

function insert(db: Database, { modelId, agentId, model }: NewConversation): Session {
  if (modelId !== null && !db.get("SELECT 1 FROM model_profiles WHERE model_id = ?", modelId)) {
    throw profileNotFound(modelId);
  }
  deactivate(db, modelId);
  const now = new Date().toISOString();
  const row = db.get(
    `INSERT INTO conversations (user_id, model_id, agent_id, model, active, created_at, updated_at)
     VALUES (?, ?, ?, ?, 1, ?, ?) RETURNING *, 0 AS message_count`,
    USER,
    modelId,
    agentId,
    model ?? null,
    now,
    now,
  );
  return toSession(row ?? {});
}

function deactivate(db: Database, modelId: number | null): void {
  db.run(
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
