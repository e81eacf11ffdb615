import type { SearchTerms } from "../search-query.ts";
import { withPath } from "../sql/message-tree.ts";
import type { Excerpt } from "../sql/search-excerpt.ts";
import type { SqlDialect } from "../sql/sql-dialect.ts";
import { type PlacesQuery, SEARCHED, type SearchPlace } from "../sql/sql-search-store.ts";

/** AUTOINCREMENT's own note. */
const LAST_KEY = "ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0)";

/** SQLite's own words. */
export const SQLITE_DIALECT: SqlDialect = {
  // CROSS JOIN and + are hints, without which each step would look at all messages of the conversation.
  withPath: withPath(
    "CROSS JOIN messages ON conversation_id = ?1 AND ifnull(parent, 0) = +path.id AND chosen = 1",
  ),
  // Whoever writes has the whole database.
  forUpdate: "",
  nextMessageKeys: `${LAST_KEY} + 1 AS one_key, ${LAST_KEY} + 2 AS other_key`,
  jsonArray: "json_group_array",
  jsonObject: "json_object",
  like: "LIKE",
  haveSameParent: (one, other) => `${one}.parent IS ${other}.parent`,
  searchWords,
};

/** Around what was found, in `snippet()`: characters that no text has but by mistake, and none that is shown. */
const OPEN = "\u0002";
const CLOSE = "\u0003";

/** This many words are told around a place. */
const EXCERPT_WORDS = 24;

/** By the tables of FTS5. */
function searchWords(place: SearchPlace, { terms }: SearchTerms, user: string): PlacesQuery {
  const { columns, order } = SEARCHED[place];
  const table = `${place}_search`;
  const excerpt = `snippet(${table}, 0, '${OPEN}', '${CLOSE}', '…', ${EXCERPT_WORDS}) AS marked`;
  const from =
    place === "title"
      ? `${table} JOIN conversations ON conversations.id = ${table}.rowid`
      : `${table} CROSS JOIN messages ON messages.id = ${table}.rowid
         JOIN conversations ON conversations.id = messages.conversation_id`;
  const rank = place === "title" ? order : `${table}.rowid`;
  const quoted = terms.map(({ text, isPhrase }) => `"${text.replaceAll('"', "")}"${isPhrase ? "" : "*"}`);
  return {
    text: `SELECT ${columns}, ${excerpt} FROM ${from} WHERE ${table} MATCH ? AND user_id = ? ORDER BY ${rank} DESC`,
    values: [quoted.join(" "), user],
    excerptOf: (row) => readMarks(String(row["marked"])),
  };
}

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
