import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { UserError } from "../../../../src/errors/user-error.ts";
import { openSqliteStore } from "../../../../src/services/conversations/sqlite/open-sqlite-store.ts";
import { SCHEMA_VERSION } from "../../../../src/services/conversations/sqlite/sqlite-migrations.ts";
import {
  exchangeOf,
  makeProfile,
  openConversation,
  openRaw,
  openTestStore,
  ownOf,
} from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

async function profileAndGeneral() {
  const { store, own, path } = openTestStore();
  const profile = await makeProfile(own, "Tower");
  const ofProfile = Number(await openConversation(own, profile));
  const general = Number(await openConversation(own, null));
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

test("a conversation of another user than its profile's is refused, and neither changes hands", async () => {
  const { db, profile } = await profileAndGeneral();
  const insert = db.prepare(INSERT_CONVERSATION.replace("'local'", "'bob'"));
  expect(() => insert.run(profile, 0, 0)).toThrow("a conversation is of the user of its profile");
  expect(insert.run(null, 1, 0).changes).toBe(1);
  expect(() => db.exec("UPDATE model_profiles SET user_id = 'bob'")).toThrow("a profile stays with its user");
});

test("a client's key of another user than its conversation's is refused", async () => {
  const { db, general } = await profileAndGeneral();
  const insert = db.prepare("INSERT INTO client_keys VALUES (?, 'key', ?)");
  const rule = "a key is of the user of its conversation";
  expect(() => insert.run("bob", general)).toThrow(rule);
  expect(() => insert.run("local", 999)).toThrow(rule);
  expect(insert.run("local", general).changes).toBe(1);
  expect(() => insert.run("local", general)).toThrow("UNIQUE");
});

test("a reply replaces another one to the same message alone, and only while it is streaming", async () => {
  const { store, db, general, ofProfile } = await profileAndGeneral();
  const { user, reply } = await exchangeOf(store, String(general), "Hi", "Hello");
  const elsewhere = await exchangeOf(store, String(ofProfile), "Hi", "Hello");
  const insert = db.prepare(
    INSERT_MESSAGE.replace("created_at)", "created_at, replaces, parent)").replace(
      "Z')",
      `Z', ?, ${user.message_id})`,
    ),
  );
  const rule = "a reply replaces another one to the same message";
  for (const wrong of [user, elsewhere.reply, { message_id: "999" }]) {
    expect(() => insert.run(general, null, "assistant", "streaming", wrong.message_id)).toThrow(rule);
  }
  expect(() => insert.run(general, null, "assistant", "complete", reply.message_id)).toThrow("CHECK");
  expect(insert.run(general, null, "assistant", "streaming", reply.message_id).changes).toBe(1);
  expect(() => db.exec("UPDATE messages SET status = 'complete' WHERE status = 'streaming'")).toThrow(
    "CHECK",
  );
  expect(() => db.exec("UPDATE messages SET replaces = 1 WHERE status = 'streaming'")).toThrow(
    "when it begins",
  );
});

test("a message follows one of its own conversation, stays there, and one version at a place is shown", async () => {
  const { store, db, general, ofProfile } = await profileAndGeneral();
  const { user, reply } = await exchangeOf(store, String(general), "Hi", "Hello");
  const elsewhere = await exchangeOf(store, String(ofProfile), "Hi", "Hello");
  const insert = db.prepare(
    INSERT_MESSAGE.replace("created_at)", "created_at, parent, chosen)").replace("Z')", "Z', ?, ?)"),
  );
  const follow = (parent: string, chosen: number) =>
    insert.run(general, null, "user", "complete", parent, chosen);
  expect(() => follow(elsewhere.reply.message_id, 0)).toThrow("a message follows one of its conversation");
  expect(() => follow("999", 0)).toThrow("a message follows one of its conversation");
  expect(() => follow(user.message_id, 1)).toThrow("UNIQUE");
  expect(follow(user.message_id, 0).changes).toBe(1);
  expect(() => db.exec(`UPDATE messages SET parent = ${reply.message_id}`)).toThrow("stays at its place");
  expect(() => db.exec(`DELETE FROM messages WHERE id = ${user.message_id}`)).toThrow("FOREIGN KEY");
});

test("settings that are not an object are refused", () => {
  const { path } = openTestStore();
  const insert = openRaw(path).prepare(
    `INSERT INTO model_profiles (user_id, name, description, instructions, settings, created_at, updated_at)
     VALUES ('local', 'x', '', '', ?, '', '')`,
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
  const { own } = openTestStore(join(tempFolder({ "chat.db": "" }), "chat.db"));
  expect(await own.profiles.list()).toEqual([]);
});

test("a file of the present version keeps what it has", async () => {
  const path = join(tempFolder(), "chat.db");
  const first = openSqliteStore({ path, defaultAgent: "architect" });
  await makeProfile(ownOf(first), "Tower");
  await first.close();
  const { own } = openTestStore(path);
  expect(await own.profiles.list()).toMatchObject([{ name: "Tower" }]);
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
