import { ExportedProfile } from "../../../contract/chat-export.ts";
import { endedStatus, type MessageImage } from "../../../contract/hmi-schemas.ts";
import { WireError } from "../../../contract/wire-error.ts";
import type { PictureBytes } from "../conversation-store.ts";
import type {
  ImportExportStore,
  ImportedConversation,
  TransferredConversation,
  TransferredMessage,
} from "../import-export-store.ts";
import { insertImages } from "./image-rows.ts";
import { insertMessage, toJson, toMessage } from "./message-rows.ts";
import { selectMessages } from "./reply-text.ts";
import { getSession } from "./session-rows.ts";
import type { Row, SqlValue, Statements, Transactions } from "./sql-database.ts";
import { insertProfile, profileRowsOf } from "./sql-profile-store.ts";

/** What one user brings out and in. */
export function createImportExportStore(db: Transactions, user: string): ImportExportStore {
  return {
    profiles: () => db.read(async (sql) => (await profileRowsOf(sql, user)).map(toProfile)),
    sessionIds: () =>
      db.read(async (sql) => {
        const rows = await sql.all(
          "SELECT id FROM conversations WHERE user_id = ? ORDER BY activity, id",
          user,
        );
        return rows.map(({ id }) => String(id));
      }),
    read: (sessionId) => db.read((sql) => readConversation(sql, user, sessionId)),
    importProfile: (profile) =>
      db.write(async (sql) => {
        if ((await modelIdOf(sql, user, profile.key)) !== undefined) return false;
        await insertProfile(sql, user, profile, profile);
        return true;
      }),
    importConversation: (conversation) => db.write((sql) => importConversation(sql, user, conversation)),
  };
}

const EXPORTED_PROFILE = ExportedProfile.strip();

function toProfile(row: Row): ExportedProfile {
  return EXPORTED_PROFILE.parse({
    ...row,
    key: row["export_key"],
    settings: JSON.parse(String(row["settings"])),
  });
}

async function modelIdOf(sql: Statements, user: string, profileKey: string): Promise<number | undefined> {
  const row = await sql.get(
    "SELECT model_id FROM model_profiles WHERE user_id = ? AND export_key = ?",
    user,
    profileKey,
  );
  return row && Number(row["model_id"]);
}

/** {@link ImportExportStore.read} */
async function readConversation(
  sql: Statements,
  user: string,
  sessionId: string,
): Promise<TransferredConversation<MessageImage>> {
  const { session_id, agent_id, model, title, active, archived, created_at, updated_at } = await getSession(
    sql,
    user,
    sessionId,
  );
  const keys = await sql.get(
    `SELECT conversations.export_key AS key, model_profiles.export_key AS profile_key
       FROM conversations LEFT JOIN model_profiles USING (model_id) WHERE id = ?`,
    session_id,
  );
  const rows = await sql.all(
    `${selectMessages(sql)} WHERE conversation_id = ? ORDER BY id`,
    Number(session_id),
  );
  const known = new Set(rows.map(({ id }) => id));
  return {
    key: String(keys?.["key"]),
    profile_key: keys?.["profile_key"] == null ? null : String(keys["profile_key"]),
    agent_id,
    model,
    title,
    active,
    archived,
    created_at,
    updated_at,
    messages: rows.map((row) => toTransferred(row, known)),
  };
}

function toTransferred(row: Row, known: ReadonlySet<unknown>): TransferredMessage<MessageImage> {
  const {
    versions: _,
    session_id: _session,
    model_id: _model,
    agent_id: _agent,
    ...message
  } = toMessage(row);
  const covers = row["covers_until"];
  return {
    ...message,
    status: endedStatus(message.status),
    chosen: row["chosen"] === 1,
    // What stands for a message of another conversation was written by somebody who took the wrong one.
    covers_until: known.has(covers) ? String(covers) : null,
  };
}

/** {@link ImportExportStore.importConversation} */
async function importConversation(
  sql: Statements,
  user: string,
  conversation: TransferredConversation<PictureBytes>,
): Promise<ImportedConversation> {
  const known = await sql.get(
    "SELECT id FROM conversations WHERE user_id = ? AND export_key = ?",
    user,
    conversation.key,
  );
  if (known !== undefined) return { session: await getSession(sql, user, String(known["id"])), isNew: false };
  const { profile_key } = conversation;
  const modelId = profile_key === null ? null : await modelIdOf(sql, user, profile_key);
  if (modelId === undefined) {
    throw new WireError(
      "model_profile_not_found",
      `There is no model profile with the key "${profile_key}".`,
    );
  }
  const id = await insertConversation(sql, user, modelId, conversation);
  const ids = new Map<string, number>();
  for (const message of conversation.messages) {
    const { message_id } = await insertMessage(sql, {
      ...columnsOf(message, ids),
      conversation_id: id,
      model_id: modelId,
      agent_id: conversation.agent_id,
    });
    ids.set(message.message_id, Number(message_id));
    await insertImages(sql, message_id, message.images);
  }
  return { session: await getSession(sql, user, String(id)), isNew: true };
}

/** The place in the list behind all that were used later: above the first one that was not, else below the last. */
const PLACE = `ifnull(
  (SELECT activity FROM conversations WHERE user_id = ?1 AND updated_at <= ?2 ORDER BY activity DESC LIMIT 1),
  (SELECT ifnull(min(activity), 1) - 1 FROM conversations WHERE user_id = ?1))`;

/** True where it is to be the active one, and none of its profile is that. */
const IS_ACTIVE = `CASE WHEN ?3 = 1 AND NOT EXISTS (
  SELECT 1 FROM conversations WHERE user_id = ?1 AND ifnull(model_id, 0) = ifnull(CAST(?4 AS bigint), 0) AND active = 1)
  THEN 1 ELSE 0 END`;

async function insertConversation(
  sql: Statements,
  user: string,
  modelId: number | null,
  conversation: Omit<TransferredConversation<PictureBytes>, "messages">,
): Promise<number> {
  const { key, agent_id, model, title, active, archived, created_at, updated_at } = conversation;
  const row = await sql.get(
    `INSERT INTO conversations
       (user_id, updated_at, active, model_id, agent_id, model, title, archived, created_at, export_key, activity)
     VALUES (?1, ?2, ${IS_ACTIVE}, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ${PLACE}) RETURNING id`,
    user,
    updated_at,
    Number(active),
    modelId,
    agent_id,
    model,
    title,
    Number(archived),
    created_at,
    key,
  );
  return Number(row?.["id"]);
}

/** A message's columns; `ids` are the new ids of those before it. */
function columnsOf(
  message: TransferredMessage<PictureBytes>,
  ids: ReadonlyMap<string, number>,
): Record<string, SqlValue> {
  const { parent_id, covers_until, chosen, timestamp } = message;
  const { role, message_type, content, thinking, thinking_ms, model_name, status, finish_reason } = message;
  const { usage, timings, notices, error } = message;
  return {
    parent: idOf(parent_id, ids),
    covers_until: idOf(covers_until, ids),
    chosen: Number(chosen),
    role,
    message_type,
    content,
    thinking,
    thinking_ms,
    model_name,
    status,
    finish_reason,
    usage: toJson(usage),
    timings: toJson(timings),
    notices: notices.length === 0 ? null : toJson(notices),
    error: toJson(error),
    created_at: timestamp,
  };
}

function idOf(messageId: string | null, ids: ReadonlyMap<string, number>): number | null {
  if (messageId === null) return null;
  const id = ids.get(messageId);
  if (id === undefined) throw new Error(`Message "${messageId}" is not before the one that names it.`);
  return id;
}
