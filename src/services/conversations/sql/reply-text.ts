import type { Growth } from "../reply-store.ts";
import type { ReplyWriter } from "./reply-ownership.ts";
import type { SqlValue, Statements } from "./sql-database.ts";
import type { SqlDialect } from "./sql-dialect.ts";

/** For how long a streaming reply has thought, as it was saved last with a part of its own. */
const THINKING_MS = "(SELECT max(thinking_ms) FROM reply_parts WHERE message_id = messages.id)";

/** What a streaming reply has beyond its row, of its text or of its thoughts. */
function partsOf(kind: Kind): string {
  return `(SELECT string_agg(text, '' ORDER BY start) FROM reply_parts WHERE message_id = messages.id AND kind = '${kind}')`;
}

type Kind = "text" | "thinking";

/**
 * Selects rows of `messages` with all that belongs to them: to the `content` and `thinking` of a reply that is being
 * written `growth` and `thinking_growth` are to be appended, and `thinking_ms_so_far`, where there is one, is the time; `images` are those of a user's message, as JSON, and
 * `versions` the ids of all versions, where there are several.
 */
export function selectMessages({ dialect }: Statements): string {
  return `
  SELECT messages.*,
         CASE WHEN status = 'streaming' THEN ${partsOf("text")} END AS growth,
         CASE WHEN status = 'streaming' THEN ${partsOf("thinking")} END AS thinking_growth,
         CASE WHEN status = 'streaming' THEN ${THINKING_MS} END AS thinking_ms_so_far,
         ${imagesOf(dialect)},
         CASE WHEN message_type = 'chat' THEN ${versions(dialect)} END AS versions
    FROM messages`;
}

/** The column `images` of a row of `messages`. */
export function imagesOf({ jsonArray, jsonObject }: SqlDialect): string {
  const image = `${jsonObject}('image_id', CAST(id AS TEXT), 'media_type', media_type, 'size', length(bytes))`;
  const images = `(SELECT ${jsonArray}(${image} ORDER BY id) FROM images WHERE message_id = messages.id)`;
  return `CASE WHEN role = 'user' THEN ${images} END AS images`;
}

/** The versions of a message, itself among them, as JSON; NULL where it is the only one. */
function versions({ jsonArray, haveSameParent }: SqlDialect): string {
  return `(
  SELECT CASE WHEN count(*) > 1 THEN ${jsonArray}(CAST(version.id AS TEXT) ORDER BY version.id) END
    FROM messages AS version
   WHERE ${haveSameParent("version", "messages")} AND version.conversation_id = messages.conversation_id
     AND version.message_type = 'chat')`;
}

/** Up to this length, in UTF-16 units, the row itself is written anew: it fits into the page that is written anyway. */
const SHORT = 2 * 1024;

/** What a reply has grown by; see {@link ReplyStore.grow}. */
export interface ReplyGrowth {
  readonly messageId: string;
  /** Who writes it. */
  readonly writer: ReplyWriter;
  readonly text: Growth;
  readonly thinking: Growth;
  /** As in {@link GrowthDetails}. */
  readonly thinkingMs: number | null;
}

/**
 * Appends to the text and the thoughts of a reply that this writer writes, and returns whether it was there.
 *
 * To change a row, SQLite writes all of it anew. So what is appended goes to rows of its own, which are joined
 * to the reply's row whenever they are as long as that: then all that is written is about three times the
 * text. Whoever reads the table alone finds short replies whole, and of long ones at least half.
 */
export async function appendText(sql: Statements, growth: ReplyGrowth): Promise<boolean> {
  const { messageId, writer, text, thinking, thinkingMs } = growth;
  const isOurs = `id = ? AND ${writer.mayWrite}`;
  const ours: SqlValue[] = [Number(messageId), writer.present];
  const length = lengthOf(text) + lengthOf(thinking);
  if (length <= SHORT || length >= 2 * (await lengthInRow(sql, growth))) {
    const changed = await sql.run(
      `UPDATE messages SET content = content || ifnull(${partsOf("text")}, '') || ?,
              thinking = nullif(ifnull(thinking, '') || ifnull(${partsOf("thinking")}, '') || ?, ''),
              thinking_ms = ifnull(?, thinking_ms) WHERE ${isOurs}`,
      text.added,
      thinking.added,
      thinkingMs,
      ...ours,
    );
    if (changed > 0) await dropParts(sql, messageId);
    return changed > 0;
  }
  const own = await sql.get(`SELECT 1 FROM messages WHERE ${isOurs} ${sql.dialect.forUpdate}`, ...ours);
  if (own === undefined) return false;
  await addPart(sql, growth, "text");
  await addPart(sql, growth, "thinking");
  return true;
}

/** Removes what {@link appendText} saved beside the row, once the row has it all. */
export async function dropParts(sql: Statements, messageId: string): Promise<void> {
  await sql.run("DELETE FROM reply_parts WHERE message_id = ?", Number(messageId));
}

function lengthOf({ from, added }: Growth): number {
  return from + added.length;
}

/** How much of what was saved stands in the row itself. */
async function lengthInRow(sql: Statements, { messageId, text, thinking }: ReplyGrowth): Promise<number> {
  const first = await sql.get(
    `SELECT (SELECT min(start) FROM reply_parts WHERE message_id = ?1 AND kind = 'text') AS text,
            (SELECT min(start) FROM reply_parts WHERE message_id = ?1 AND kind = 'thinking') AS thinking`,
    Number(messageId),
  );
  return Number(first?.["text"] ?? text.from) + Number(first?.["thinking"] ?? thinking.from);
}

async function addPart(sql: Statements, growth: ReplyGrowth, kind: Kind): Promise<void> {
  const { from, added } = growth[kind];
  if (added === "") return;
  await sql.run(
    "INSERT INTO reply_parts (message_id, kind, start, text, thinking_ms) VALUES (?, ?, ?, ?, ?)",
    Number(growth.messageId),
    kind,
    from,
    added,
    growth.thinkingMs,
  );
}
