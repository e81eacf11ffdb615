import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ForeignStoreNames } from "../../../src/contract/store-address.ts";
import type { RowWords } from "../../../src/targets/drivers/described-rows.ts";
import { openPostgresqlReader } from "../../../src/targets/store/postgresql-reader.ts";
import { openTargetStore, type TargetStore } from "../../../src/targets/store/target-store.ts";
import { NO_POSTGRESQL, sharedPostgresql } from "../../support/postgresql.ts";
import { PYTHON_CONTRACT } from "../../support/python-contract.ts";
import { tempFolder } from "../../support/temp.ts";

/** Makes a database with these statements, and gives its address. */
type MakeDatabase = (sql: string) => Promise<string>;

async function sqliteDatabase(sql: string): Promise<string> {
  const path = join(tempFolder(), "chat.db");
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  return `sqlite:${path}`;
}

async function open(address: string, names: ForeignStoreNames = {}, words?: RowWords): Promise<TargetStore> {
  const store = await openTargetStore(address, names, words);
  onTestFinished(() => store.close());
  return store;
}

/** Another backend's tables, in words that both databases understand. */
const FOREIGN = `
  CREATE TABLE chats (chat_id INTEGER PRIMARY KEY, "profileId" BIGINT);
  CREATE TABLE chat_rows (uid TEXT PRIMARY KEY, chat INTEGER, who TEXT, body TEXT, said_at TEXT, usage TEXT);
  INSERT INTO chats VALUES (1, 7), (2, NULL);
  INSERT INTO chat_rows VALUES
    ('zz', 1, 'user', 'Hello', '2026-11-21T10:00:00Z', NULL),
    ('aa', 1, 'assistant', 'Hi é 漢', '2026-11-21T10:00:01Z', '{"total_tokens":3,"completion_tokens":2,"prompt_tokens":1}'),
    ('mm', 2, 'user', 'Bye', '2026-11-21T10:00:02Z', NULL);
`;
const FOREIGN_NAMES: ForeignStoreNames = {
  conversations: "chats",
  "conversations.id": "chat_id",
  "conversations.model_id": "profileId",
  messages: "chat_rows",
  "messages.id": "uid",
  "messages.order": "said_at",
  "messages.session_id": "chat",
  "messages.role": "who",
  "messages.content": "body",
  "messages.created_at": "said_at",
};

if (NO_POSTGRESQL !== undefined) test("a store in PostgreSQL", ({ skip }) => skip(NO_POSTGRESQL));

async function postgresqlDatabase(sql: string): Promise<string> {
  return await (await sharedPostgresql()).createDatabase(sql);
}

const KINDS: readonly (readonly [string, MakeDatabase])[] = [
  ["SQLite", sqliteDatabase],
  ...(NO_POSTGRESQL === undefined ? [["PostgreSQL", postgresqlDatabase] as const] : []),
];

describe.each(KINDS)("a store in %s", (_, makeDatabase) => {
  test("is read by the names that its backend has for tables and columns", async () => {
    const store = await open(await makeDatabase(FOREIGN), FOREIGN_NAMES);
    const rows = await store.messagesOf("1");
    expect(rows).toMatchObject([
      { message_id: "zz", session_id: "1", role: "user", content: "Hello", usage: null },
      {
        message_id: "aa",
        role: "assistant",
        content: "Hi é 漢",
        timestamp: "2026-11-21T10:00:01Z",
      },
    ]);
    // What it has no column for is not told, whatever would be usual.
    for (const name of ["message_type", "model_name", "agent_id", "status", "error", "images"]) {
      expect(rows[0]).not.toHaveProperty(name);
    }
  });

  test("is understood by the words that its back end has for who speaks, where a reply stands and what a row is", async () => {
    const made = await makeDatabase(`
      CREATE TABLE conversations (id INTEGER PRIMARY KEY);
      CREATE TABLE messages (id INTEGER PRIMARY KEY, session_id INTEGER, role TEXT, content TEXT, status TEXT, message_type TEXT);
      INSERT INTO messages VALUES (1, 1, 'me', 'Hello', 'posted', 'text'), (2, 1, 'Llama', 'Hi', 'brewing', 'text'),
        (3, 1, 'AI', 'Ho', 'failed', ''), (4, 1, 'oracle', 'A greeting', 'kaput', 'title'), (5, 1, 'me', 'Bye', '', NULL);
    `);
    const words = {
      roles: { user: ["me"], assistant: ["Llama"] },
      statuses: { complete: ["posted"], streaming: ["brewing"] },
    };
    const names: ForeignStoreNames = { "messages.order": "id", "messages.session_id": "session_id" };
    const rows = await (await open(made, names, words)).messagesOf("1");
    const of = { session_id: "1" };
    expect(rows).toEqual([
      { ...of, message_id: "1", role: "user", content: "Hello", status: "complete" },
      { ...of, message_id: "2", role: "assistant", content: "Hi", status: "streaming" },
      { ...of, message_id: "3", role: "assistant", content: "Ho", status: "error" },
      {
        ...of,
        message_id: "4",
        role: "oracle",
        content: "A greeting",
        status_said: "kaput",
        message_type: "title",
      },
      { ...of, message_id: "5", role: "user", content: "Bye" },
    ]);
  });

  test("gives a message the model_id of its conversation where it has none itself", async () => {
    const store = await open(await makeDatabase(FOREIGN), FOREIGN_NAMES);
    expect((await store.messagesOf("1")).map(({ model_id }) => model_id)).toEqual([7, 7]);
    expect((await store.messagesOf("2")).map(({ model_id }) => model_id)).toEqual([null]);
  });

  test("tells whose a conversation is, and that there is none", async () => {
    const store = await open(await makeDatabase(FOREIGN), FOREIGN_NAMES);
    const found = await Promise.all(["1", "2", "3"].map((id) => store.conversationOf(id)));
    expect(found).toEqual([{ model_id: 7 }, { model_id: null }, undefined]);
    expect(await store.messagesOf("3")).toEqual([]);
  });

  test("gives usage in the contract's order of fields, however it is stored", async () => {
    const store = await open(await makeDatabase(FOREIGN), FOREIGN_NAMES);
    const [, reply] = await store.messagesOf("1");
    expect(JSON.stringify(reply?.usage)).toBe('{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}');
  });

  test("without such tables says which are expected", async () => {
    const address = await makeDatabase(
      "CREATE TABLE messages (id INTEGER PRIMARY KEY, chat TEXT, role TEXT);",
    );
    await expect(openTargetStore(address, { conversations: "chats" })).rejects.toMatchObject({
      code: "config_invalid",
      message: [
        "The store is not as expected: there is no table chats (contract.store_names: conversations)",
        "messages has id, chat, role, and no conversation_id (contract.store_names: messages.session_id)",
        "messages has id, chat, role, and no content (contract.store_names: messages.content).",
      ].join("; "),
    });
  });

  test("is not taken by a name that is more than one", async () => {
    const address = await makeDatabase(FOREIGN);
    const names = { ...FOREIGN_NAMES, messages: 'chat_rows" --' };
    await expect(openTargetStore(address, names)).rejects.toMatchObject({ code: "config_invalid" });
  });
});

describe("a store in a SQLite file", () => {
  test("is found as the services of fixtures/services/python make it", async () => {
    const address = await sqliteDatabase(`
      CREATE TABLE sessions (session_id INTEGER PRIMARY KEY, model_id INTEGER);
      CREATE TABLE messages (message_id INTEGER PRIMARY KEY, session_id INTEGER, model_id INTEGER, role TEXT, content TEXT);
      INSERT INTO sessions VALUES (5, 2);
      INSERT INTO messages VALUES (1, 5, NULL, 'user', 'Hello');`);
    const store = await open(address, PYTHON_CONTRACT.store_names);
    // BUG-016 as its rows show it: the conversation has a model_id, the message none.
    expect(await store.messagesOf("5")).toMatchObject([{ message_id: "1", model_id: null }]);
    expect(await store.conversationOf("5")).toEqual({ model_id: 2 });
  });

  test("has keys of any size", async () => {
    const key = "9007199254740993";
    const address = await sqliteDatabase(`
      CREATE TABLE conversations (id INTEGER PRIMARY KEY);
      CREATE TABLE messages (id INTEGER PRIMARY KEY, conversation_id INTEGER, role TEXT, content TEXT);
      INSERT INTO messages VALUES (${key}, ${key}, 'user', 'Hello');`);
    expect(await (await open(address)).messagesOf(key)).toMatchObject([{ message_id: key, session_id: key }]);
  });

  test("is not made where it is missing, and said to be", async () => {
    const path = join(tempFolder(), "chat.db");
    await expect(openTargetStore(`sqlite:${path}`, {})).rejects.toMatchObject({
      code: "database_unreadable",
      message: expect.stringContaining(`The store, the SQLite file ${path}, cannot be read: `),
    });
    expect(existsSync(path)).toBe(false);
  });
});

test("the password of a PostgreSQL address is in no message", async () => {
  const address = "postgresql://chat:top-secret@127.0.0.1:1/chat?sslmode=disable";
  const error: unknown = await openTargetStore(address, {}).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "database_unreadable",
    message: expect.stringMatching(
      /^The store, the PostgreSQL database chat at 127\.0\.0\.1:1, cannot be read: .*ECONNREFUSED/,
    ),
  });
  expect(String(error)).not.toContain("top-secret");
});

describe.runIf(NO_POSTGRESQL === undefined)("a store in PostgreSQL", () => {
  test("may lie in a schema, with keys, times and JSON in types of their own", async () => {
    const key = "0c9d3f4e-5a8b-4b63-9a53-0d6a3c3f2b11";
    const address = await postgresqlDatabase(`
      CREATE SCHEMA chat;
      CREATE TABLE chat.conversations (id UUID PRIMARY KEY, model_id BIGINT);
      CREATE TABLE chat.messages (
        id UUID PRIMARY KEY DEFAULT gen_random_uuid(), conversation_id UUID, role VARCHAR(20), content TEXT,
        usage JSONB, created_at TIMESTAMPTZ);
      INSERT INTO chat.conversations VALUES ('${key}', 7);
      INSERT INTO chat.messages (conversation_id, role, content, usage, created_at) VALUES
        ('${key}', 'user', 'Hello', NULL, '2026-11-21 12:00:00+02'),
        ('${key}', 'assistant', 'Hi', '{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}', '2026-11-21 12:00:01+02');`);
    const names = {
      conversations: "chat.conversations",
      messages: "chat.messages",
      "messages.order": "created_at",
    };
    const rows = await (await open(address, names)).messagesOf(key);
    expect(rows).toMatchObject([
      { session_id: key, model_id: 7, content: "Hello", timestamp: "2026-11-21T10:00:00.000Z" },
      { session_id: key, model_id: 7, content: "Hi", usage: { total_tokens: 3 } },
    ]);
    expect(JSON.stringify(rows[1]?.usage)).toMatch(/^{"prompt_tokens"/);
  });

  test("lets nothing be written", async () => {
    const reader = openPostgresqlReader(await postgresqlDatabase(FOREIGN));
    onTestFinished(() => reader.close());
    await expect(reader.all("DELETE FROM chats WHERE chat_id = $1", "1")).rejects.toThrow("read-only");
  });

  test("is named without its password, also in what the server says", async () => {
    const right = await postgresqlDatabase(FOREIGN);
    const error: unknown = await openTargetStore(right.replace("only-for", "wrong-for"), {}).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ message: expect.stringContaining("password authentication failed") });
    expect(String(error)).not.toContain("wrong-for-tests");
    expect((await open(right, FOREIGN_NAMES)).name).not.toContain((await sharedPostgresql()).password);
  });
});
