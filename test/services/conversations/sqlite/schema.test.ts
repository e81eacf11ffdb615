import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { UserError } from "../../../../src/errors.ts";
import { openSqliteStore } from "../../../../src/services/conversations/sqlite/index.ts";
import { SCHEMA_VERSION } from "../../../../src/services/conversations/sqlite/schema.ts";
import { exchangeOf, makeProfile, openConversation, openRaw, openTestStore } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

async function profileAndGeneral() {
  const { store, path } = openTestStore();
  const profile = await makeProfile(store, "Tower");
  const ofProfile = Number(await openConversation(store, profile));
  const general = Number(await openConversation(store, null));
  return { store, profile, ofProfile, general, db: openRaw(path) };
}

const INSERT_MESSAGE = `
  INSERT INTO messages (conversation_id, model_id, role, message_type, content, agent_id, status, created_at)
  VALUES (?, ?, ?, 'chat', 'x', 'architect', ?, '2026-01-01T00:00:00Z')`;

const INSERT_CONVERSATION = `
  INSERT INTO conversations (user_id, model_id, agent_id, active, archived, created_at, updated_at)
  VALUES ('local', ?, 'architect', ?, ?, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')`;

test("a message with another model_id than its conversation's is refused", async () => {
  const { db, profile, ofProfile, general } = await profileAndGeneral();
  const insert = db.prepare(INSERT_MESSAGE);
  const rule = "a message must carry the model_id of its conversation";
  expect(() => insert.run(ofProfile, null, "user", "complete")).toThrow(rule);
  expect(() => insert.run(ofProfile, profile + 1, "user", "complete")).toThrow(rule);
  expect(() => insert.run(general, profile, "user", "complete")).toThrow(rule);
  expect(insert.run(ofProfile, profile, "user", "complete").changes).toBe(1);
  expect(insert.run(general, null, "user", "complete").changes).toBe(1);
});

test("a message of no conversation is refused", async () => {
  const { db } = await profileAndGeneral();
  expect(() => db.prepare(INSERT_MESSAGE).run(999, null, "user", "complete")).toThrow("FOREIGN KEY");
});

test("a message cannot be moved to another conversation or profile", async () => {
  const { store, db, ofProfile, general } = await profileAndGeneral();
  await exchangeOf(store, String(general), "Hi", "Hello");
  expect(() => db.prepare("UPDATE messages SET conversation_id = ?").run(ofProfile)).toThrow("stays");
  expect(() => db.exec("UPDATE messages SET model_id = 1")).toThrow("stays");
});

test("a conversation cannot be moved to another profile or user", async () => {
  const { db, general } = await profileAndGeneral();
  const move = db.prepare("UPDATE conversations SET model_id = 1 WHERE id = ?");
  expect(() => move.run(general)).toThrow("stays with its profile");
  expect(() => db.exec("UPDATE conversations SET user_id = 'other'")).toThrow("stays with its profile");
});

test("a second active conversation of a profile, or a second general one, is refused", async () => {
  const { db, profile } = await profileAndGeneral();
  const insert = db.prepare(INSERT_CONVERSATION);
  expect(() => insert.run(profile, 1, 0)).toThrow("UNIQUE");
  expect(() => insert.run(null, 1, 0)).toThrow("UNIQUE");
  expect(insert.run(profile, 0, 0).changes).toBe(1);
});

test("a conversation of a profile that does not exist is refused", async () => {
  const { db } = await profileAndGeneral();
  expect(() => db.prepare(INSERT_CONVERSATION).run(999, 1, 0)).toThrow("FOREIGN KEY");
});

test("a conversation cannot be active and archived", async () => {
  const { db } = await profileAndGeneral();
  expect(() => db.exec("UPDATE conversations SET archived = 1")).toThrow("CHECK");
});

test("a second streaming reply of a conversation is refused", async () => {
  const { db, general } = await profileAndGeneral();
  const insert = db.prepare(INSERT_MESSAGE);
  insert.run(general, null, "assistant", "streaming");
  expect(() => insert.run(general, null, "assistant", "streaming")).toThrow("UNIQUE");
});

test("only a reply can be anything but complete", async () => {
  const { db, general } = await profileAndGeneral();
  const insert = db.prepare(INSERT_MESSAGE);
  expect(() => insert.run(general, null, "user", "streaming")).toThrow("CHECK");
  expect(() => insert.run(general, null, "assistant", "half")).toThrow("CHECK");
});

test("a profile with conversations cannot be deleted", async () => {
  const { db } = await profileAndGeneral();
  expect(() => db.exec("DELETE FROM model_profiles")).toThrow("FOREIGN KEY");
});

test("deleting a conversation deletes its messages", async () => {
  const { store, db, general } = await profileAndGeneral();
  await exchangeOf(store, String(general), "Hi", "Hello");
  db.prepare("DELETE FROM conversations WHERE id = ?").run(general);
  expect(db.prepare("SELECT count(*) AS n FROM messages").get()).toEqual({ n: 0 });
});

test("settings that are not an object are refused", () => {
  const { path } = openTestStore();
  const insert = openRaw(path).prepare(
    `INSERT INTO model_profiles (name, description, instructions, settings, created_at, updated_at)
     VALUES ('x', '', '', ?, '', '')`,
  );
  expect(() => insert.run("[]")).toThrow("CHECK");
  expect(() => insert.run("{")).toThrow();
});

test("a new file is brought to the present version, in WAL mode, with its folder", () => {
  const path = join(tempFolder(), "made", "chat.db");
  openTestStore(path);
  const db = openRaw(path);
  expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: SCHEMA_VERSION });
  expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
});

test("an empty file, as mktemp makes it, is a new database", async () => {
  const { store } = openTestStore(join(tempFolder({ "chat.db": "" }), "chat.db"));
  expect(await store.profiles.list()).toEqual([]);
});

test("a file of the present version keeps what it has", async () => {
  const path = join(tempFolder(), "chat.db");
  const first = openSqliteStore({ path, defaultAgent: "architect" });
  await makeProfile(first, "Tower");
  await first.close();
  const { store } = openTestStore(path);
  expect(await store.profiles.list()).toMatchObject([{ name: "Tower" }]);
});

test.each(["delete", "wal"])(
  "a file of a newer version in %s mode is refused, and not a byte of it changed",
  (mode) => {
    const path = join(tempFolder(), "chat.db");
    const db = new DatabaseSync(path);
    db.exec(
      `PRAGMA journal_mode = ${mode}; CREATE TABLE future (x); PRAGMA user_version = ${SCHEMA_VERSION + 1}`,
    );
    db.close();
    const before = readFileSync(path);
    expect(failureOf(path)).toMatchObject({
      code: "database_too_new",
      exitCode: 2,
      message: expect.stringContaining(`version ${SCHEMA_VERSION + 1}`),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  },
);

test("a file that is not a database is refused, and not a byte of it changed", () => {
  const path = join(tempFolder(), "chat.db");
  const text = "This is a letter, not a database. ".repeat(100);
  writeFileSync(path, text);
  expect(failureOf(path)).toMatchObject({
    code: "database_unreadable",
    message: expect.stringContaining(path),
  });
  expect(readFileSync(path, "utf8")).toBe(text);
});

test.each(["folder", "file/chat.db"])("a path that cannot be a file is told: %s", (name) => {
  const folder = tempFolder({ "folder/x": "", file: "" });
  expect(failureOf(join(folder, name))).toMatchObject({ code: "database_unreadable", exitCode: 2 });
});

function failureOf(path: string): UserError {
  try {
    void openSqliteStore({ path, defaultAgent: "architect" }).close();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("The file was opened.");
}
