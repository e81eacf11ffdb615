import type { Session } from "../../../contract/hmi-schemas.ts";
import type { SessionStore } from "../conversation-store.ts";
import { deactivate, insertConversation } from "./insert-conversation.ts";
import { openGiven, openUnnamed } from "./message-destination.ts";
import { getSession, listSessions, toSession } from "./session-rows.ts";
import type { Transactions } from "./sql-database.ts";

/** The conversations of one user. */
export function createSessionStore(db: Transactions, user: string, defaultAgent: string): SessionStore {
  const change = (sessionId: string, set: string, ...values: string[]): Promise<Session> =>
    db.write(async (sql) => {
      const { session_id } = await getSession(sql, user, sessionId);
      await sql.run(`UPDATE conversations SET ${set} WHERE id = ?`, ...values, session_id);
      return await getSession(sql, user, session_id);
    });
  return {
    list: (filter) => db.read((sql) => listSessions(sql, user, filter)),
    get: (sessionId) => db.read((sql) => getSession(sql, user, sessionId)),
    open: (destination, clientKey) =>
      db.writeOrUndo(async (sql) => {
        const { sessionId } = destination;
        return sessionId === undefined
          ? await openUnnamed(sql, user, { ...destination, defaultAgent, clientKey, mayBeActive: true })
          : await openGiven(sql, user, sessionId, destination, clientKey);
      }),
    openNew: (destination, clientKey) =>
      db.writeOrUndo((sql) =>
        openUnnamed(sql, user, { ...destination, defaultAgent, clientKey, mayBeActive: false }),
      ),
    create: (conversation) =>
      db.writeOrUndo(async (sql) => {
        const { result: row, undo } = await insertConversation(sql, user, conversation);
        return { result: toSession(row), undo };
      }),
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
        return toSession((await insertConversation(sql, user, like)).result);
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
