import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { LOCAL_USER } from "../../src/contract/caller-headers.ts";
import { ProfileDraft } from "../../src/contract/profile-schemas.ts";
import type { ConversationStore, UserStore } from "../../src/services/conversations/conversation-store.ts";
import { UNKNOWN_LIMITS } from "../../src/services/conversations/model-limits.ts";
import type { TurnContext } from "../../src/services/conversations/reply-request.ts";
import type { ReplyEnding } from "../../src/services/conversations/reply-store.ts";
import { openSqliteStore } from "../../src/services/conversations/sqlite/open-sqlite-store.ts";
import type { DatabaseOptions } from "../../src/services/conversations/sqlite/sqlite-database.ts";
import { tempFolder } from "./temp.ts";

/** A turn of which nothing is known beside its conversation. */
export const PLAIN_TURN: TurnContext = {
  limitsOf: async () => UNKNOWN_LIMITS,
  defaults: {},
};

/** A store in a file of its own, closed after the test; `own` is what the only user has where there is one. */
export function openTestStore(
  path = join(tempFolder(), "chat.db"),
  options: DatabaseOptions = {},
): {
  store: ConversationStore;
  own: UserStore;
  path: string;
} {
  const store = openSqliteStore({ path, defaultAgent: "architect", ...options });
  onTestFinished(() => store.close());
  return { store, own: ownOf(store), path };
}

/** What the only user has where people are not told apart. */
export function ownOf(store: ConversationStore): UserStore {
  return store.as(LOCAL_USER);
}

/** The same file past every rule of the program: only what the database itself holds is left. */
export function openRaw(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA foreign_keys = ON");
  onTestFinished(() => db.close());
  return db;
}

/** A profile with this name and nothing else. */
export async function makeProfile(own: UserStore, name: string): Promise<number> {
  return (await own.profiles.create(ProfileDraft.parse({ name }))).model_id;
}

/** The conversation that a message of this profile goes to. */
export async function openConversation(own: UserStore, modelId: number | null): Promise<string> {
  const { session } = await own.conversations.open({ modelId, agentId: undefined });
  return session.session_id;
}

/** How a reply ends: complete, where nothing else is said. */
export function endingOf(change: Partial<ReplyEnding> = {}): ReplyEnding {
  return {
    content: "Hello",
    thinking: "",
    thinkingMs: null,
    status: "complete",
    finishReason: "stop",
    modelName: null,
    usage: null,
    timings: null,
    notices: [],
    error: null,
    ...change,
  };
}

/** Appends to a reply's text, of which `from` characters are saved, and nothing to its thoughts. */
export async function growText(store: ConversationStore, messageId: string, from: number, added: string) {
  return await store.replies.grow(messageId, { from, added }, { from: 0, added: "" });
}

/** A summary that stands for a conversation's messages up to this one. */
export async function addSummary(own: UserStore, sessionId: string, content: string, coversUntil: string) {
  return await own.messages.add({
    sessionId,
    role: "system",
    messageType: "summary",
    content,
    modelName: null,
    status: "complete",
    coversUntil,
  });
}

/** Saves a user's message with its finished reply. */
export async function exchangeOf(
  store: ConversationStore,
  sessionId: string,
  content: string,
  reply: string,
  user = LOCAL_USER,
) {
  const exchange = await store.as(user).messages.begin({ sessionId, content, modelName: null });
  await store.replies.finish(exchange.reply.message_id, endingOf({ content: reply }));
  return exchange;
}
