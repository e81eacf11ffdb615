import { type ForeignStoreNames, readStoreAddress } from "../../contract/store-address.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { UserError } from "../../errors/user-error.ts";
import { type RowWords, withMeantWords } from "../drivers/described-rows.ts";
import type { SeenRow } from "../drivers/reply-facts.ts";
import type { SqlReader } from "./sql-reader.ts";
import { queriesFor } from "./store-queries.ts";
import { conversationIn, messageIn } from "./stored-rows.ts";

/** The conversations of a backend as they are in its database; nothing is ever written. */
export interface TargetStore {
  /** In words, without a password: `the SQLite file /srv/chat.db`. */
  readonly name: string;
  /**
   * Every row of a conversation, in its order, also summaries; none where there is no such conversation. What it has
   * no column for is not told.
   */
  messagesOf(sessionId: string): Promise<readonly SeenRow[]>;
  /** Undefined where there is no such conversation. */
  conversationOf(sessionId: string): Promise<StoredConversation | undefined>;
  close(): Promise<void>;
}

/** Whose a conversation is. */
export interface StoredConversation {
  readonly model_id: number | null;
}

/**
 * Opens a backend's store for reading. Throws a UserError: `config_invalid` where it has no such table or
 * column, `database_unreadable` where it cannot be read at all. The address is in no message but for its host
 * and path.
 *
 * @param words what a back end that is none of ours calls things in its rows; left out for one that follows the contract
 */
export async function openTargetStore(
  address: string,
  names: ForeignStoreNames,
  words?: RowWords,
): Promise<TargetStore> {
  const reader = await openReader(address);
  try {
    const { messages, conversation } = await queriesFor(reader, names);
    return {
      name: reader.name,
      async messagesOf(sessionId) {
        const rows = (await reader.all(messages, sessionId)).map(messageIn);
        return words === undefined ? rows : rows.map((row) => withMeantWords(row, words));
      },
      conversationOf: async (sessionId) => (await reader.all(conversation, sessionId)).map(conversationIn)[0],
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error instanceof UserError ? error : unreadable(reader.name, error);
  }
}

/** Each driver is loaded only by whoever has such a store. */
async function openReader(text: string): Promise<SqlReader> {
  const address = readStoreAddress(text);
  if (typeof address === "string") throw new UserError("config_invalid", `contract.store ${address}.`);
  if (address.kind === "sqlite") {
    const { openSqliteReader } = await import("./sqlite-reader.ts");
    try {
      return openSqliteReader(address.path);
    } catch (error) {
      throw unreadable(`the SQLite file ${address.path}`, error);
    }
  }
  const { openPostgresqlReader } = await import("./postgresql-reader.ts");
  return openPostgresqlReader(address.url);
}

function unreadable(name: string, error: unknown): UserError {
  return new UserError("database_unreadable", `The store, ${name}, cannot be read: ${messageOf(error)}.`, {
    hint: "Check contract.store, and that this user may read there.",
    cause: error,
  });
}
