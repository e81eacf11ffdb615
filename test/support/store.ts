import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { ProfileDraft } from "../../src/contract/hmi.ts";
import type { DatabaseOptions } from "../../src/services/conversations/sqlite/database.ts";
import { openSqliteStore } from "../../src/services/conversations/sqlite/index.ts";
import type { ConversationStore } from "../../src/services/conversations/store.ts";
import { tempFolder } from "./temp.ts";

/** A store in a file of its own, closed after the test. */
export function openTestStore(
  path = join(tempFolder(), "chat.db"),
  options: DatabaseOptions = {},
): {
  store: ConversationStore;
  path: string;
} {
  const store = openSqliteStore({ path, defaultAgent: "architect", ...options });
  onTestFinished(() => store.close());
  return { store, path };
}

/** The same file past every rule of the program: only what the database itself holds is left. */
export function openRaw(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA foreign_keys = ON");
  onTestFinished(() => db.close());
  return db;
}

/** A profile with this name and nothing else. */
export async function makeProfile(store: ConversationStore, name: string): Promise<number> {
  return (await store.profiles.create(ProfileDraft.parse({ name }))).model_id;
}

/** The conversation that a message of this profile goes to. */
export async function openConversation(store: ConversationStore, modelId: number | null): Promise<string> {
  const { session } = await store.conversations.open({ modelId, agentId: undefined });
  return session.session_id;
}

/** Saves a user's message with its finished reply. */
export async function exchangeOf(
  store: ConversationStore,
  sessionId: string,
  content: string,
  reply: string,
) {
  const exchange = await store.messages.begin({ sessionId, content, modelName: null });
  await store.messages.finish(exchange.reply.message_id, {
    content: reply,
    status: "complete",
    finishReason: "stop",
    usage: null,
    error: null,
  });
  return exchange;
}
