import type { GenerationDirectory } from "../../replicas/generation-directory.ts";
import type { ConversationStore } from "../conversation-store.ts";
import { createMessageStore } from "./messages.ts";
import { createProfileStore } from "./profile-rows.ts";
import { createReplyStore } from "./reply-rows.ts";
import type { ReplyWriter } from "./reply-writer.ts";
import { createSearchStore } from "./search-rows.ts";
import { createSessionStore, findUserOf } from "./session-rows.ts";
import type { Database } from "./sql-database.ts";
import { createTransferStore } from "./transfer.ts";

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
  const { db, dbOf, writer, generations, defaultAgent, close } = parts;
  return {
    ...(generations && { generations }),
    as(user) {
      const own = dbOf(user);
      return {
        profiles: createProfileStore(own, user),
        conversations: createSessionStore(own, user, defaultAgent),
        messages: createMessageStore(own, user, writer),
        search: createSearchStore(own, user),
        transfer: createTransferStore(own, user),
      };
    },
    userOf: (sessionId) => db.read((sql) => findUserOf(sql, sessionId)),
    replies: createReplyStore(db, writer),
    probe: () => db.probe(),
    close,
  };
}
