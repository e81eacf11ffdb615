import type { SearchResult } from "../../../contract/hmi.ts";
import { readSearch, type SearchTerms } from "../search-query.ts";
import type { Search, SearchStore } from "../store.ts";
import type { Database, Row, SqlValue, Statements } from "./database.ts";
import { toSession } from "./sessions.ts";

/** Around what was found, in `snippet()`: characters that no text has but by mistake, and none that is shown. */
const OPEN = "\u0002";
const CLOSE = "\u0003";

/** How much is told around a place: so many words, or so many characters before and after it. */
const EXCERPT_WORDS = 24;
const EXCERPT_CHARS = 60;

/** What one user can find. */
export function createSearchStore(db: Database, user: string): SearchStore {
  return { find: (search) => db.read((sql) => find(sql, user, search)) };
}

function find(
  sql: Statements,
  user: string,
  { query, limit, offset }: Search,
): { results: SearchResult[]; hasMore: boolean } {
  const terms = readSearch(query);
  if (terms.terms.length === 0) return { results: [], hasMore: false };
  const titles = sql.get(`SELECT count(*) AS n FROM (${queryFor("title", terms)})`, ...valuesOf(terms, user));
  const titleCount = Number(titles?.["n"]);
  // One more, to know whether there are more.
  const wanted = limit + 1;
  const page = (where: Where, from: number, count: number): SearchResult[] =>
    count <= 0
      ? []
      : sql
          .all(`${queryFor(where, terms)} LIMIT ? OFFSET ?`, ...valuesOf(terms, user), count, from)
          .map((row) => toResult(sql, row, where, terms));
  const ofTitles = page("title", offset, Math.min(wanted, titleCount - offset));
  const ofMessages = page("message", Math.max(0, offset - titleCount), wanted - ofTitles.length);
  const results = [...ofTitles, ...ofMessages];
  return { results: results.slice(0, limit), hasMore: results.length > limit };
}

type Where = "title" | "message";

/** Both kinds of query take what {@link valuesOf} gives. */
function queryFor(where: Where, { terms, isByPart }: SearchTerms): string {
  const isTitle = where === "title";
  const text = isTitle ? "conversations.title" : "messages.content";
  const columns = isTitle
    ? "conversations.id AS conversation_id"
    : "messages.conversation_id, messages.id AS message_id, messages.role, messages.created_at";
  const joined = "messages JOIN conversations ON conversations.id = messages.conversation_id";
  if (isByPart) {
    const all = terms.map(() => `${text} LIKE ? ESCAPE '!'`).join(" AND ");
    return isTitle
      ? `SELECT ${columns}, ${text} AS text FROM conversations WHERE ${all} AND user_id = ? ORDER BY activity DESC`
      : `SELECT ${columns}, ${text} AS text FROM ${joined} WHERE ${all} AND user_id = ?
           AND message_type = 'chat' AND status <> 'streaming' ORDER BY messages.id DESC`;
  }
  const table = `${where}_search`;
  const excerpt = `snippet(${table}, 0, '${OPEN}', '${CLOSE}', '…', ${EXCERPT_WORDS}) AS marked`;
  return isTitle
    ? `SELECT ${columns}, ${excerpt} FROM ${table} JOIN conversations ON conversations.id = ${table}.rowid
        WHERE ${table} MATCH ? AND user_id = ? ORDER BY activity DESC`
    : `SELECT ${columns}, ${excerpt} FROM ${table} CROSS JOIN messages ON messages.id = ${table}.rowid
         JOIN conversations ON conversations.id = messages.conversation_id
        WHERE ${table} MATCH ? AND user_id = ? ORDER BY ${table}.rowid DESC`;
}

function valuesOf({ terms, isByPart }: SearchTerms, user: string): SqlValue[] {
  if (isByPart) return [...terms.map(({ text }) => `%${text.replace(/[!%_]/g, "!$&")}%`), user];
  const quoted = terms.map(({ text, isPhrase }) => `"${text.replaceAll('"', "")}"${isPhrase ? "" : "*"}`);
  return [quoted.join(" "), user];
}

function toResult(sql: Statements, row: Row, where: Where, terms: SearchTerms): SearchResult {
  const session = sql.get("SELECT * FROM conversations WHERE id = ?", Number(row["conversation_id"])) ?? {};
  const isTitle = where === "title";
  return {
    session: toSession(session),
    message_id: isTitle ? null : String(row["message_id"]),
    role: isTitle ? null : (row["role"] as SearchResult["role"]),
    timestamp: isTitle ? null : String(row["created_at"]),
    ...(terms.isByPart ? excerptOf(String(row["text"]), terms) : readMarks(String(row["marked"]))),
  };
}

type Excerpt = Pick<SearchResult, "excerpt" | "matches">;

/** What `snippet()` has marked. */
function readMarks(marked: string): Excerpt {
  const matches: Excerpt["matches"] = [];
  let excerpt = "";
  for (const [index, piece] of marked.split(OPEN).entries()) {
    const [match = "", ...rest] = index === 0 ? ["", piece] : piece.split(CLOSE);
    if (match !== "") matches.push([excerpt.length, excerpt.length + match.length]);
    excerpt += match + rest.join("");
  }
  return { excerpt, matches };
}

/** The first place of a text at which one of the terms stands. */
function excerptOf(text: string, { terms }: SearchTerms): Excerpt {
  const folded = text.toLowerCase();
  const places = terms.map((term) => folded.indexOf(term.text.toLowerCase())).filter((at) => at >= 0);
  const at = Math.min(...places, text.length);
  const from = Math.max(0, at - EXCERPT_CHARS);
  const to = at + EXCERPT_CHARS;
  const before = from > 0 ? "…" : "";
  const excerpt = `${before}${text.slice(from, to).toWellFormed()}${to < text.length ? "…" : ""}`;
  const inExcerpt = excerpt.toLowerCase();
  const matches = terms.flatMap((term): Excerpt["matches"] => {
    const start = inExcerpt.indexOf(term.text.toLowerCase());
    return start < 0 ? [] : [[start, start + term.text.length]];
  });
  return { excerpt, matches: matches.toSorted(([one], [other]) => one - other) };
}
