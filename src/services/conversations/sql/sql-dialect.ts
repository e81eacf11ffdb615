import type { SearchTerms } from "../search-query.ts";
import type { PlacesQuery, SearchPlace } from "./sql-search-store.ts";

/** What SQLite and PostgreSQL have different words for. All else is written in words that both know. */
export interface SqlDialect {
  /** Before a query: see `withPath` of message-tree.ts. */
  readonly withPath: string;
  /** After a SELECT of one row that is to be written: that row stays as it is until the transaction ends. */
  readonly forUpdate: string;
  /**
   * Two keys that the next rows of `messages` may have, as columns `one_key` and `other_key`, for a transaction that sends to the
   * conversation of this row: from then on it is waited for ({@link Transactions.afterSending}).
   */
  readonly nextMessageKeys: string;
  /** The name of the aggregate that makes a JSON array, as text. */
  readonly jsonArray: string;
  /** The name of the function that makes a JSON object of keys and values. */
  readonly jsonObject: string;
  /** The operator of patterns that looks at no case. */
  readonly like: string;
  /** The condition that two messages of a conversation, by their names in the query, follow the same one. */
  readonly haveSameParent: (one: string, other: string) => string;
  /** Finds the places where all the terms stand, by an index of words. */
  readonly searchWords: (place: SearchPlace, terms: SearchTerms, user: string) => PlacesQuery;
}
