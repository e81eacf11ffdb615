import type { SearchResult } from "../../../contract/hmi-schemas.ts";
import type { Search, SearchStore } from "../conversation-store.ts";
import { readSearch, type SearchTerms } from "../search-query.ts";
import { type Excerpt, excerptAround } from "./search-excerpt.ts";
import { toSession } from "./session-rows.ts";
import type { Row, SqlValue, Statements, Transactions } from "./sql-database.ts";

/** Where is looked. */
export type SearchPlace = "title" | "message";

/**
 * A query for places: rows with `conversation_id`, and of messages `message_id`, `role` and `created_at`, in the order of
 * {@link SearchStore.find}; without a limit.
 */
export interface PlacesQuery {
  readonly text: string;
  readonly values: readonly SqlValue[];
  /** What a row tells of its place. */
  readonly excerptOf: (row: Row) => Excerpt;
}

/** The columns that rows of a place have, and the tables that they stand in. */
export const SEARCHED = {
  title: { text: "conversations.title", columns: "conversations.id AS conversation_id", order: "activity" },
  message: {
    text: "messages.content",
    columns: "messages.conversation_id, messages.id AS message_id, messages.role, messages.created_at",
    order: "messages.id",
  },
} as const;

/** What one user can find. */
export function createSearchStore(db: Transactions, user: string): SearchStore {
  return { find: (search) => db.read((sql) => find(sql, user, search)) };
}

async function find(
  sql: Statements,
  user: string,
  { query, limit, offset }: Search,
): Promise<{ results: SearchResult[]; hasMore: boolean }> {
  const terms = readSearch(query);
  if (terms.terms.length === 0) return { results: [], hasMore: false };
  const queryFor = (place: SearchPlace): PlacesQuery =>
    terms.isByPart ? searchByPart(sql, place, terms, user) : sql.dialect.searchWords(place, terms, user);
  const [titles, messages] = [queryFor("title"), queryFor("message")];
  const count = await sql.get(`SELECT count(*) AS n FROM (${titles.text}) AS titles`, ...titles.values);
  const titleCount = Number(count?.["n"]);
  // One more, to know whether there are more.
  const wanted = limit + 1;
  const ofTitles = await page(sql, titles, offset, Math.min(wanted, titleCount - offset));
  const ofMessages = await page(sql, messages, Math.max(0, offset - titleCount), wanted - ofTitles.length);
  const results = [...ofTitles, ...ofMessages];
  return { results: results.slice(0, limit), hasMore: results.length > limit };
}

async function page(
  sql: Statements,
  { text, values, excerptOf }: PlacesQuery,
  from: number,
  count: number,
): Promise<SearchResult[]> {
  if (count <= 0) return [];
  const results: SearchResult[] = [];
  for (const row of await sql.all(`${text} LIMIT ? OFFSET ?`, ...values, count, from)) {
    results.push(await toResult(sql, row, excerptOf(row)));
  }
  return results;
}

/** Looks through all texts. */
function searchByPart(
  { dialect }: Statements,
  place: SearchPlace,
  { terms }: SearchTerms,
  user: string,
): PlacesQuery {
  const { text, columns, order } = SEARCHED[place];
  const all = terms.map(() => `${text} ${dialect.like} ? ESCAPE '!'`).join(" AND ");
  const from =
    place === "title"
      ? "conversations"
      : "messages JOIN conversations ON conversations.id = messages.conversation_id";
  const ended = place === "title" ? "" : "AND message_type = 'chat' AND status <> 'streaming'";
  return {
    text: `SELECT ${columns}, ${text} AS text FROM ${from} WHERE ${all} AND user_id = ? ${ended} ORDER BY ${order} DESC`,
    values: [...terms.map((term) => `%${term.text.replace(/[!%_]/g, "!$&")}%`), user],
    excerptOf: (row) => excerptAround(String(row["text"]), terms),
  };
}

async function toResult(sql: Statements, row: Row, excerpt: Excerpt): Promise<SearchResult> {
  const session = await sql.get("SELECT * FROM conversations WHERE id = ?", Number(row["conversation_id"]));
  const isTitle = row["message_id"] === undefined;
  return {
    session: toSession(session ?? {}),
    message_id: isTitle ? null : String(row["message_id"]),
    role: isTitle ? null : (row["role"] as SearchResult["role"]),
    timestamp: isTitle ? null : String(row["created_at"]),
    ...excerpt,
  };
}
