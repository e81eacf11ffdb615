import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { LOCAL_USER } from "../../../../src/contract/caller-headers.ts";
import { checkSqliteFile } from "../../../../src/services/conversations/sqlite/check-sqlite.ts";
import { backupPath } from "../../../../src/services/conversations/sqlite/migrate-sqlite.ts";
import {
  MIGRATIONS,
  SCHEMA_VERSION,
} from "../../../../src/services/conversations/sqlite/sqlite-migrations.ts";
import {
  writeVersion1,
  writeVersion2,
  writeVersion3,
  writeVersion4,
  writeVersion5,
  writeVersion6,
  writeVersion7,
  writeVersion8,
} from "../../../support/old-databases.ts";
import {
  endingOf,
  exchangeOf,
  growText,
  makeProfile,
  openRaw,
  openTestStore,
} from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

const NOTICE = { code: "repeating", message: "It says the same again." } as const;

const OLD = [
  [1, writeVersion1, "1, 2"],
  [2, writeVersion2, "1, 2, 3, 4"],
  [3, writeVersion3, "1, 2, 3, 4"],
  [4, writeVersion4, "1, 2, 3, 4"],
  [5, writeVersion5, "1, 2, 3, 4"],
  [6, writeVersion6, "1, 2, 3, 4"],
  [7, writeVersion7, "1, 2, 3, 4"],
  [8, writeVersion8, "1, 2, 3, 4"],
] as const;

function oldDatabase(write: (path: string) => void): string {
  const path = join(tempFolder(), "chat.db");
  write(path);
  return path;
}

test("there is a database of every earlier version", () => {
  expect(OLD.map(([version]) => version)).toEqual(
    Array.from({ length: SCHEMA_VERSION - 1 }, (_, at) => at + 1),
  );
});

describe.each(OLD)("a database of version %i", (version, write, streaming) => {
  test("keeps every row, as the only user's, and is counted and ordered as before", async () => {
    const { store, own, path } = openTestStore(oldDatabase(write));
    const { sessions } = await own.conversations.list({ limit: 10, offset: 0 });
    expect(sessions).toMatchObject([
      { session_id: "1", model_id: 7, title: "Newer", message_count: 2 },
      { session_id: "2", model_id: null, title: "Older", message_count: 2 },
    ]);
    expect(await own.profiles.list()).toMatchObject([{ model_id: 7, name: "Tower" }]);
    const bare = { images: [], notices: [], timings: null, thinking_ms: null };
    expect(await own.messages.list("1")).toMatchObject([
      { ...bare, message_id: "1", content: "Hi", parent_id: null, versions: ["1"] },
      {
        ...bare,
        message_id: "2",
        content: "Hello",
        thinking: version < 3 ? null : "A greeting.",
        thinking_ms: version < 8 ? null : 1200,
        usage: { total_tokens: 2 },
        parent_id: "1",
        versions: ["2"],
      },
    ]);
    expect((await store.replies.takeOver()).replies).toMatchObject([
      { user: LOCAL_USER, message: { message_id: "3" }, reply: { message_id: "4", content: streaming } },
    ]);
    expect(checkSqliteFile(path)).toMatchObject({ ok: true, problems: [], schema_version: SCHEMA_VERSION });
    expect(await store.as("bob").profiles.list()).toEqual([]);
  });

  test("gives no key of what was deleted before again", async () => {
    const { store, own } = openTestStore(oldDatabase(write));
    const { user } = await exchangeOf(store, "1", "Hi again", "Hello");
    expect(user.message_id).toBe("10");
    expect(await makeProfile(own, "Next")).toBe(8);
  });

  test("is kept beside it as it was, for its owner alone", () => {
    const { path } = openTestStore(oldDatabase(write));
    const backup = backupPath(path, version);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const old = new DatabaseSync(backup, { readOnly: true });
    expect(old.prepare("PRAGMA user_version").get()).toEqual({ user_version: version });
    expect(old.prepare("SELECT count(*) AS n FROM messages").get()).toEqual({ n: 4 });
    old.close();
  });

  test("has the tables, the rules and the indexes of a new one", () => {
    const { path } = openTestStore(oldDatabase(write));
    const schema = (file: string) =>
      openRaw(file).prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").all();
    expect(schema(path)).toEqual(schema(openTestStore().path));
  });
});

test("a key of the second version is known where it was used, and a message sent again joins its exchange", async () => {
  const { own } = openTestStore(oldDatabase(writeVersion2));
  const clientKey = { id: "key", fingerprint: "of a time that had none" };
  expect(await own.messages.findExchange(clientKey)).toMatchObject({ user: { message_id: "1" } });
  expect(await own.messages.findExchange(clientKey, "1")).toMatchObject({ reply: { message_id: "2" } });
  expect(await own.messages.findExchange(clientKey, "2")).toBeUndefined();
});

/** A second exchange with a summary of the first, whose whole reply is being written anew, as version 3 had it. */
const WRITTEN_ANEW = `
  INSERT INTO messages (id, conversation_id, model_id, role, message_type, content, agent_id, status, covers_until, replaces, created_at)
  VALUES (10, 1, 7, 'user', 'chat', 'And now?', 'architect', 'complete', NULL, NULL, '2026-01-01T00:00:00.000Z'),
         (11, 1, 7, 'assistant', 'chat', 'Good', 'architect', 'complete', NULL, NULL, '2026-01-01T00:00:00.000Z'),
         (12, 1, 7, 'system', 'summary', 'They met.', 'architect', 'complete', 2, NULL, '2026-01-01T00:00:00.000Z'),
         (13, 1, 7, 'assistant', 'chat', 'Bet', 'architect', 'streaming', NULL, 11, '2026-01-01T00:00:00.000Z');`;

test.each([
  ["complete", "Better", ["13"]],
  ["error", "", ["11"]],
] as const)(
  "a reply that version 3 was writing anew ends as %s beside the earlier one",
  async (status, content, shown) => {
    const path = oldDatabase(writeVersion3);
    openRaw(path).exec(WRITTEN_ANEW);
    const { store, own } = openTestStore(path);
    const history = await own.messages.history("1");
    expect([history.summary, history.messages.map(({ content }) => content)]).toEqual([
      "They met.",
      ["And now?", "Bet"],
    ]);
    expect(history.messages[1]?.versions).toEqual(["11", "13"]);
    expect(checkSqliteFile(path).problems).toEqual([]);
    await store.replies.takeOver();
    await store.replies.finish("13", endingOf({ status, content }));
    const ids = (await own.messages.list("1")).map(({ message_id }) => message_id);
    expect(ids).toEqual(
      ["1", "2", "10", ...shown, "12"].toSorted((one, other) => Number(one) - Number(other)),
    );
    expect(await own.messages.find("11")).toMatchObject({
      content: "Good",
      status: "complete",
      parent_id: "10",
    });
    expect(checkSqliteFile(path).problems).toEqual([]);
  },
);

test("a new database has nothing to keep", () => {
  const { path } = openTestStore();
  expect(existsSync(backupPath(path, 1))).toBe(false);
  expect(existsSync(backupPath(path, 0))).toBe(false);
});

test("a database of another program is refused, and nothing is put into it", () => {
  const path = join(tempFolder(), "chat.db");
  const other = openRaw(path);
  other.exec("CREATE TABLE messages (x); CREATE TABLE invoices (x)");
  expect(() => openTestStore(path)).toThrow("is not this stack's: it has the tables messages, invoices");
  expect(other.prepare("SELECT count(*) AS n FROM sqlite_schema").get()).toEqual({ n: 2 });
});

/** The sqlite3 of the system; Debian's of 2023 (3.40) is the one that once lost every row. */
const SHELL = spawnSync("sqlite3", ["--version"], { encoding: "utf8" });

function sqlite3(path: string, input: string): string {
  const { status, stdout, stderr } = spawnSync("sqlite3", ["-bail", path], { input, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

test.skipIf(SHELL.status !== 0)(
  "what the sqlite3 shell dumps it restores, with every row (needs sqlite3)",
  async () => {
    const folder = tempFolder();
    const { store, own, path } = openTestStore(join(folder, "chat.db"));
    const { session_id } = await own.conversations.create({ modelId: null, agentId: "architect" });
    await exchangeOf(store, session_id, "Hi", "Hello 🏛️ 'quoted'\nlines");
    const { reply } = await own.messages.begin({ sessionId: session_id, content: "On", modelName: null });
    await growText(store, reply.message_id, 0, "half");
    const second = await own.conversations.create({
      modelId: await makeProfile(own, "Tower"),
      agentId: "writer",
    });
    const images = [{ mediaType: "image/png", bytes: Buffer.from([0, 255, 39, 10, 0]) }] as const;
    const seen = await own.messages.begin({
      sessionId: second.session_id,
      content: "See",
      images,
      modelName: null,
      clientKey: { id: "key", fingerprint: "See" },
    });
    await store.replies.finish(seen.reply.message_id, endingOf({ thinking: "A tower?", notices: [NOTICE] }));
    const repeated = { sessionId: second.session_id, modelName: undefined, defaultModel: null };
    await own.messages.beginAgain(repeated);
    const restored = join(folder, "restored.db");
    sqlite3(restored, sqlite3(path, ".dump"));
    expect(checkSqliteFile(restored)).toMatchObject({ ok: true, problems: [], messages: 7 });

    const again = openTestStore(restored);
    expect(await again.own.messages.list(session_id)).toEqual(await own.messages.list(session_id));
    expect(await again.own.messages.image("1")).toEqual(await own.messages.image("1"));
    expect(await again.own.conversations.get(session_id)).toEqual(await own.conversations.get(session_id));
    // The copy has no writer: it is another database.
    expect((await again.store.replies.takeOver()).replies).toMatchObject([
      { reply: { content: "half" } },
      { reply: { content: "" } },
    ]);
    expect((await own.messages.find(reply.message_id))?.status).toBe("streaming");
    expect(readdirSync(folder).filter((name) => name.includes("version"))).toEqual([]);
  },
);

test.skipIf(SHELL.status !== 0)("a restored dump of version 1 is known as that (needs sqlite3)", async () => {
  const path = join(tempFolder(), "restored.db");
  // Without its rows: that version's own checks are what an older shell stumbles over.
  sqlite3(path, MIGRATIONS[0] ?? "");
  const { own } = openTestStore(path);
  expect(await own.conversations.list({ limit: 10, offset: 0 })).toEqual({ sessions: [], total: 0 });
});
