import type { Session } from "../../../contract/hmi-schemas.ts";
import { WireError } from "../../../contract/wire-error.ts";
import type { Destination, NewConversation, OpenedConversation } from "../conversation-store.ts";
import { conversationOfKey, dropClientKey, keepClientKey, keyReusedError } from "./client-key-rows.ts";
import { insertConversation } from "./insert-conversation.ts";
import { TO_ANSWER, withLeaf } from "./one-reply-at-a-time.ts";
import { DEFAULT_MODEL, getConversationRow, getSession, SELECT_SESSION, toSession } from "./session-rows.ts";
import { type Row, type Statements, type Undoable, unchanged } from "./sql-database.ts";

/** The conversation of a message that names it. Throws as {@link SessionStore.open}. */
export async function openGiven(
  sql: Statements,
  user: string,
  sessionId: string,
  destination: Destination,
  clientKey: string | undefined,
): Promise<Undoable<OpenedConversation>> {
  const row = await getConversationToSendTo(sql, user, sessionId, clientKey);
  checkGiven(toSession(row), destination);
  return unchanged(openedAs(row, false));
}

/** Of a message that names no conversation. */
export interface UnnamedDestination extends Omit<Destination, "sessionId"> {
  /** The agent of a conversation that is made for it, where it names none. */
  readonly defaultAgent: string;
  /** The message's own key, where it has one. */
  readonly clientKey: string | undefined;
  /** Whether it goes to the active conversation of its profile, where there is one. */
  readonly mayBeActive: boolean;
}

/** The conversation of a message that names none: where it went before, else the active one, else a new one. */
export async function openUnnamed(
  sql: Statements,
  user: string,
  { modelId = null, agentId, model, defaultAgent, clientKey, mayBeActive }: UnnamedDestination,
): Promise<Undoable<OpenedConversation>> {
  const before = clientKey === undefined ? undefined : await conversationOfKey(sql, user, clientKey);
  if (clientKey !== undefined && before !== undefined) {
    const session = await getSession(sql, user, before);
    const isSame = session.model_id === modelId && (agentId ?? session.agent_id) === session.agent_id;
    if (!isSame) throw keyReusedError(clientKey);
    const created = session.message_count === 0;
    return unchanged({ session, created, defaultModel: await defaultModelOf(sql, session) });
  }
  const active = mayBeActive ? await activeFor(sql, user, modelId, agentId) : undefined;
  const conversation = { modelId, agentId: agentId ?? defaultAgent, model };
  const [{ result, undo }] = await Promise.all([
    active === undefined ? openInserted(sql, user, conversation) : openFound(sql, active),
    clientKey && keepClientKey(sql, user, clientKey, active?.session_id),
  ]);
  return {
    result,
    undo: async (undoing) => {
      if (clientKey !== undefined) await dropClientKey(undoing, user, clientKey);
      await undo(undoing);
    },
  };
}

/**
 * The row of a conversation that a message is sent to, as `getConversationToAnswer` gives it, with the message that came with
 * its key before as `sent` (null where there is none), its profile's model as `default_model`, and two keys for rows of
 * messages, `one_key` and `other_key`. Throws `conversation_not_found`.
 */
export async function getConversationToSendTo(
  sql: Statements,
  user: string,
  sessionId: string,
  clientKey: string | undefined,
): Promise<Row> {
  const { nextMessageKeys } = sql.dialect;
  const select = `SELECT *, ${TO_ANSWER}, ${DEFAULT_MODEL}, ${nextMessageKeys},
      (SELECT id FROM messages WHERE conversation_id = ?1 AND client_message_id = ?3) AS sent FROM conversations`;
  return await withLeaf(sql, await getConversationRow(sql, select, user, sessionId, clientKey ?? null));
}

/** A conversation by its row, as {@link getConversationToSendTo} gives it. */
function openedAs(row: Row, created: boolean): OpenedConversation {
  const session = toSession(row);
  return { session, created, defaultModel: session.model ?? (row["default_model"] as string | null), row };
}

async function openFound(sql: Statements, session: Session): Promise<Undoable<OpenedConversation>> {
  return unchanged({ session, created: false, defaultModel: await defaultModelOf(sql, session) });
}

async function openInserted(
  sql: Statements,
  user: string,
  conversation: NewConversation,
): Promise<Undoable<OpenedConversation>> {
  const { result: row, undo } = await insertConversation(sql, user, conversation);
  return { result: openedAs(row, true), undo };
}

/** {@link OpenedConversation.defaultModel} */
async function defaultModelOf(sql: Statements, { model, model_id }: Session): Promise<string | null> {
  if (model !== null || model_id === null) return model;
  const profile = await sql.get("SELECT default_model FROM model_profiles WHERE model_id = ?", model_id);
  return (profile?.["default_model"] ?? null) as string | null;
}

/** The active conversation of a profile, if it is one of this agent (of any, where none is asked for). */
async function activeFor(
  sql: Statements,
  user: string,
  modelId: number | null,
  agentId: string | undefined,
): Promise<Session | undefined> {
  const row = await sql.get(
    `${SELECT_SESSION} WHERE user_id = ? AND ifnull(model_id, 0) = ? AND active = 1`,
    user,
    modelId ?? 0,
  );
  if (row === undefined) return undefined;
  const session = toSession(row);
  return agentId === undefined || session.agent_id === agentId ? session : undefined;
}

/** Throws where a conversation is of another profile or agent than the message says. */
function checkGiven({ session_id, model_id, agent_id }: Session, { modelId, agentId }: Destination): void {
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
}

function describeProfile(modelId: number | null): string {
  return modelId === null ? "no profile" : `profile ${modelId}`;
}
