import { Profile, ProfileDraft } from "../../../contract/profile-schemas.ts";
import { WireError } from "../../../contract/wire-error.ts";
import type { ProfileStore } from "../conversation-store.ts";
import { rowidOf } from "./rowid.ts";
import type { Row, Statements, Transactions } from "./sql-database.ts";

/** Of a profile, what a user writes. */
const WRITTEN = ProfileDraft.strip();

const OF_CONVERSATION = `SELECT model_profiles.* FROM model_profiles JOIN conversations USING (model_id, user_id)
  WHERE conversations.id = ? AND conversations.user_id = ?`;

/** The profiles of one user. */
export function createProfileStore(db: Transactions, user: string): ProfileStore {
  const getProfile = async (sql: Statements, modelId: number): Promise<Profile> => {
    const row = await sql.get(
      "SELECT * FROM model_profiles WHERE model_id = ? AND user_id = ?",
      modelId,
      user,
    );
    if (row === undefined) throw profileNotFound(modelId);
    return toProfile(row);
  };
  return {
    list: () => db.read(async (sql) => (await profileRowsOf(sql, user)).map(toProfile)),
    get: (modelId) => db.read((sql) => getProfile(sql, modelId)),
    contextOf: (sessionId) =>
      db.read(async (sql) => {
        const row = await sql.get(OF_CONVERSATION, rowidOf(sessionId) ?? null, user);
        return row === undefined ? null : toProfile(row);
      }),
    create: (draft) =>
      db.write(async (sql) => {
        const now = new Date().toISOString();
        return toProfile(await insertProfile(sql, user, draft, { created_at: now, updated_at: now }));
      }),
    update: (modelId, change) =>
      db.write(async (sql) => {
        await sql.run(
          `UPDATE model_profiles SET name = ?, description = ?, default_model = ?, instructions = ?,
                  settings = ?, updated_at = ? WHERE model_id = ?`,
          ...columnsOf(WRITTEN.parse({ ...(await getProfile(sql, modelId)), ...change })),
          new Date().toISOString(),
          modelId,
        );
        return await getProfile(sql, modelId);
      }),
    delete: (modelId) =>
      db.write(async (sql) => {
        const { name } = await getProfile(sql, modelId);
        const used = await sql.get("SELECT count(*) AS n FROM conversations WHERE model_id = ?", modelId);
        const conversations = Number(used?.["n"]);
        if (conversations > 0) {
          const many = conversations === 1 ? "1 conversation" : `${conversations} conversations`;
          throw new WireError(
            "model_profile_in_use",
            `Profile ${modelId} "${name}" still has ${many}.`,
            "Delete its conversations first.",
          );
        }
        await sql.run("DELETE FROM model_profiles WHERE model_id = ?", modelId);
      }),
  };
}

/** The rows of all profiles of a user, the oldest first. */
export async function profileRowsOf(sql: Statements, user: string): Promise<Row[]> {
  return await sql.all("SELECT * FROM model_profiles WHERE user_id = ? ORDER BY model_id", user);
}

/** Writes a profile's row, with the key that it came with, where it did; gives it back. */
export async function insertProfile(
  sql: Statements,
  user: string,
  draft: ProfileDraft,
  { created_at, updated_at, key }: { created_at: string; updated_at: string; key?: string },
): Promise<Row> {
  const row = await sql.get(
    `INSERT INTO model_profiles
       (user_id, name, description, default_model, instructions, settings, created_at, updated_at, export_key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
    user,
    ...columnsOf(draft),
    created_at,
    updated_at,
    key ?? null,
  );
  return row ?? {};
}

export function profileNotFound(modelId: number): WireError {
  return new WireError(
    "model_profile_not_found",
    `There is no model profile with model_id ${modelId}.`,
    'GET /api/model-profiles lists them; POST {"name": ...} there makes one.',
  );
}

function columnsOf(draft: ProfileDraft): [string, string, string | null, string, string] {
  return [
    draft.name,
    draft.description,
    draft.default_model,
    draft.instructions,
    JSON.stringify(draft.settings),
  ];
}

function toProfile(row: Row): Profile {
  return Profile.parse({ ...row, settings: JSON.parse(String(row["settings"])) });
}
