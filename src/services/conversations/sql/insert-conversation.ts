import type { NewConversation } from "../conversation-store.ts";
import { DEFAULT_MODEL, NEXT_ACTIVITY } from "./session-rows.ts";
import type { Row, Statements, Undoable } from "./sql-database.ts";
import { profileNotFound } from "./sql-profile-store.ts";

/** Makes a conversation and makes it the active one of its profile; returns its row as {@link getConversationToSendTo} does. */
export async function insertConversation(
  sql: Statements,
  user: string,
  { modelId, agentId, model }: NewConversation,
): Promise<Undoable<Row>> {
  const [activeBefore, row] = await Promise.all([
    deactivate(sql, user, modelId),
    sql.get(
      `INSERT INTO conversations (user_id, model_id, agent_id, model, active, created_at, updated_at, activity)
       SELECT ?1, CAST(?2 AS bigint), ?3, ?4, 1, ?5, ?5, ${NEXT_ACTIVITY}
        WHERE CAST(?2 AS bigint) IS NULL OR EXISTS (SELECT 1 FROM model_profiles WHERE model_id = ?2 AND user_id = ?1)
       RETURNING *, ${DEFAULT_MODEL}, ${sql.dialect.nextMessageKeys}`,
      user,
      modelId,
      agentId,
      model ?? null,
      new Date().toISOString(),
    ),
  ]);
  if (row === undefined) throw profileNotFound(modelId ?? 0);
  const { id } = row;
  return {
    result: { ...row, leaf: null, running: 0, sent: null },
    undo: (undoing) => unmake(undoing, Number(id), activeBefore),
  };
}

/** Returns which one was active. */
export async function deactivate(
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

/** Deletes a new conversation where nothing was said in it meanwhile; the one that was active before is that again. */
async function unmake(
  sql: Statements,
  conversationId: number,
  activeBefore: number | undefined,
): Promise<void> {
  const gone = await sql.get(
    "DELETE FROM conversations WHERE id = ? AND message_count = 0 RETURNING active",
    conversationId,
  );
  if (gone?.["active"] !== 1 || activeBefore === undefined) return;
  await sql.run("UPDATE conversations SET active = 1 WHERE id = ? AND archived = 0", activeBefore);
}
