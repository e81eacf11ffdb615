import type { GenerationDirectory } from "../../replicas/generation-directory.ts";
import type { ConversationStore, UserStore } from "../conversation-store.ts";
import type { ReplyWriter } from "./reply-ownership.ts";
import { rowidOf } from "./rowid.ts";
import { findUserOf } from "./session-rows.ts";
import { asPartsOf, type Database, type Transactions } from "./sql-database.ts";
import { createImportExportStore } from "./sql-import-export-store.ts";
import { createMessageStore } from "./sql-message-store.ts";
import { createProfileStore } from "./sql-profile-store.ts";
import { createReplyStore } from "./sql-reply-store.ts";
import { createSearchStore } from "./sql-search-store.ts";
import { createSessionStore } from "./sql-session-store.ts";

/** What a store is made of. */
export interface SqlStoreParts {
  readonly db: Database;
  /** The same database for what one user has: what is written there of one user is written one after the other. */
  readonly dbOf: (user: string) => Database;
  readonly writer: ReplyWriter;
  /** See {@link ConversationStore.generations}. */
  readonly generations?: GenerationDirectory;
  /** The agent of a conversation that is opened without one. */
  readonly defaultAgent: string;
  /** Waits for what is being written, and leaves this store's replies to others. */
  readonly close: () => Promise<void>;
}

/** Conversations in a database that speaks SQL, of either kind. */
export function createSqlStore(parts: SqlStoreParts): ConversationStore {
  const { db, dbOf, writer, generations, close } = parts;
  return {
    ...(generations && { generations }),
    as: (user) => createUserStore(parts, user, dbOf(user), (transaction) => writer.withLease(transaction)),
    userOf: (sessionId) => db.afterSending(rowidOf(sessionId), (sql) => findUserOf(sql, sessionId)),
    replies: createReplyStore(db, writer),
    probe: () => db.probe(),
    close,
  };
}

/**
 * What one user has.
 *
 * @param db where it is; or the transaction that all of it is to be part of
 * @param withLease runs a transaction that writes replies
 */
function createUserStore(
  parts: SqlStoreParts,
  user: string,
  db: Transactions,
  withLease: ReplyWriter["withLease"],
): UserStore {
  /** The same within a transaction, which has the lease that it needs. */
  const within = (transaction: Transactions) => createUserStore(parts, user, transaction, (work) => work());
  return {
    profiles: createProfileStore(db, user),
    conversations: createSessionStore(db, user, parts.defaultAgent),
    messages: createMessageStore({ db, user, writer: parts.writer, withLease }),
    search: createSearchStore(db, user),
    transfer: createImportExportStore(db, user),
    afterSending: (sessionId, work) =>
      db.afterSending(rowidOf(sessionId), (sql) => work(within(asPartsOf(sql).parts))),
    transaction: (work, onCommitting) =>
      withLease(() =>
        db.writeOrUndo(async (sql) => {
          const { parts: transaction, undo, rest } = asPartsOf(sql);
          return { result: await work(within(transaction)), undo, rest: rest() };
        }, onCommitting),
      ),
  };
}
