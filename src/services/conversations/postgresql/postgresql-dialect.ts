import type { SearchTerms } from "../search-query.ts";
import { withPath } from "../sql/message-tree.ts";
import type { SqlDialect } from "../sql/sql-dialect.ts";
import { type PlacesQuery, SEARCHED, type SearchPlace } from "../sql/sql-search-store.ts";
import { LOCK_WHILE_SENDING } from "./sending-lock.ts";
import { excerptOfWords } from "./word-excerpt.ts";

/** By the name that PostgreSQL gives the sequence of the table's identity: to look it up costs more than the key. */
const NEXT_KEY = "nextval('messages_id_seq')";

/** PostgreSQL's own words. */
export const POSTGRESQL_DIALECT: SqlDialect = {
  // As a join, where the planner knows the sizes of conversations, each step would read all messages of this one.
  withPath: withPath(
    `CROSS JOIN LATERAL (SELECT id FROM messages
      WHERE conversation_id = ?1 AND ifnull(parent, 0) = path.id AND chosen = 1 LIMIT 1) AS messages`,
  ),
  forUpdate: "FOR UPDATE",
  nextMessageKeys: `${NEXT_KEY} AS one_key, ${NEXT_KEY} AS other_key, ${LOCK_WHILE_SENDING}`,
  jsonArray: "json_agg",
  jsonObject: "json_build_object",
  like: "ILIKE",
  // As the index has it.
  haveSameParent: (one, other) => `ifnull(${one}.parent, 0) = ifnull(${other}.parent, 0)`,
  searchWords,
};

/** By the tables of words; see postgresql-migrations.ts. */
function searchWords(place: SearchPlace, { terms }: SearchTerms, user: string): PlacesQuery {
  const { text, columns, order } = SEARCHED[place];
  const from =
    place === "title"
      ? "title_search JOIN conversations ON conversations.id = conversation_id"
      : `message_search JOIN messages ON messages.id = message_id
         JOIN conversations ON conversations.id = messages.conversation_id`;
  const wanted = terms.map(() => "search_query(?, ?)").join(" && ");
  return {
    text: `SELECT ${columns}, ${text} AS text FROM ${from} WHERE words @@ (${wanted}) AND user_id = ? ORDER BY ${order} DESC`,
    values: [...terms.flatMap((term) => [term.text, Number(term.isPhrase)]), user],
    excerptOf: (row) => excerptOfWords(String(row["text"]), terms),
  };
}
