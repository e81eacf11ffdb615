import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COPIED_TABLES } from "../../../../src/services/conversations/store-copy/copied-tables.ts";
import { copyStore } from "../../../../src/services/conversations/store-copy/copy-store.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { openPostgresqlTestStore, query, useTestSchemas } from "../../../support/postgresql-test-store.ts";
import {
  endingOf,
  exchangeOf,
  growText,
  makeProfile,
  openRaw,
  openTestStore,
} from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

/** Two users' conversations with all that there can be; gives the path. */
async function filledStore(): Promise<string> {
  const { store, own, path } = openTestStore();
  const modelId = await makeProfile(own, "Tower \u0000");
  const { session } = await own.conversations.openNew({ modelId, agentId: undefined }, "key");
  const sessionId = session.session_id;
  await exchangeOf(store, sessionId, "Hi \u0000 \ufdd0 🏛️", "Hello");
  const images = [{ mediaType: "image/png", bytes: Buffer.from([0, 255, 39, 10, 0]) }] as const;
  const clientKey = { id: "key", fingerprint: "See" };
  const seen = await own.messages.begin({ sessionId, content: "See", images, modelName: "m", clientKey });
  await store.replies.finish(seen.reply.message_id, endingOf({ thinking: "Hm.", content: "half" }));
  const again = await own.messages.beginAgain({ sessionId, modelName: undefined, defaultModel: null });
  for (let at = 0; at < 5; at += 1) {
    await growText(store, again.reply.message_id, at * 3_000, "x".repeat(3_000));
  }
  const bob = await store.as("bob").conversations.openNew({ modelId: null, agentId: undefined });
  await exchangeOf(store, bob.session.session_id, "Hi", "Hello", "bob");
  // Its key is not given out again.
  const gone = await own.conversations.create({ modelId: null, agentId: "architect" });
  await own.conversations.delete(gone.session_id);
  await store.close();
  return path;
}

test("all that a table has is copied, or is nothing of a copy", () => {
  const { path } = openTestStore();
  const columnsOf = (table: string) =>
    openRaw(path)
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => name);
  for (const { name, columns, derived = [] } of COPIED_TABLES) {
    const left = columnsOf(name).filter((column) => ![...columns, ...derived].includes(String(column)));
    expect([name, left]).toEqual([name, name === "messages" ? ["writer"] : []]);
  }
});

test("a SQLite file is copied to another; a second run finds all there, and other rows are refused", async () => {
  const from = await filledStore();
  const to = join(tempFolder(), "copy.db");
  const first = await copyStore({ from, to: `sqlite:${to}` });
  expect(first.tables["messages"]).toEqual({ rows: 7, copied: 7 });
  openRaw(to).exec("DELETE FROM images; DELETE FROM reply_parts");
  const again = await copyStore({ from, to });
  expect(again.tables["messages"]).toEqual({ rows: 7, copied: 0 });
  expect(again.tables["images"]).toEqual({ rows: 1, copied: 1 });
  openRaw(to).exec("UPDATE conversations SET title = 'Mine' WHERE id = 1");
  await expect(copyStore({ from, to })).rejects.toThrow(
    "has rows that are not of the store that is copied: conversations 1",
  );
  expect(openRaw(to).prepare("SELECT title FROM conversations WHERE id = 1").get()).toEqual({
    title: "Mine",
  });
});

test.each([
  ["none.db", "There is no database"],
  ["mysql://host/db", "There is no database"],
  ["postgresql://a:secret@b:x/y", "The address of a store is no URL"],
])("what is no store is told: %s", async (from, expected) => {
  const error = await copyStore({ from, to: join(tempFolder(), "copy.db") }).catch(String);
  expect(error).toContain(expected);
  expect(error).not.toContain("secret");
});

describe.skipIf(NO_POSTGRESQL !== undefined)(`to PostgreSQL and back ${NO_POSTGRESQL ?? ""}`, () => {
  const schemas = useTestSchemas();

  test("all users' rows are the same there and back again, keys go on, and what was left running is taken over", async () => {
    const from = await filledStore();
    const to = await schemas.withTables();
    const { tables } = await copyStore({ from, to });
    expect(tables).toMatchObject({
      model_profiles: { rows: 1 },
      messages: { rows: 7 },
      client_keys: { rows: 1 },
    });
    expect(tables["reply_parts"]?.rows).toBeGreaterThan(0);
    const back = join(tempFolder(), "back.db");
    await copyStore({ from: to, to: back });
    const rowsOf = (path: string) =>
      COPIED_TABLES.map(({ name, columns, derived = [], key }) =>
        openRaw(path)
          .prepare(`SELECT ${[...columns, ...derived].join(", ")} FROM ${name} ORDER BY ${key.join(", ")}`)
          .all(),
      );
    expect(rowsOf(back)).toEqual(rowsOf(from));
    const { store, own, raw } = await openPostgresqlTestStore(to);
    expect(await raw.problems()).toEqual([]);
    expect((await store.replies.takeOver()).replies).toMatchObject([
      { reply: { content: "x".repeat(15_000) } },
    ]);
    expect((await own.search.find({ query: "hello", limit: 9, offset: 0 })).results).toHaveLength(1);
    const { session_id } = await own.conversations.create({ modelId: null, agentId: "architect" });
    expect(session_id).toBe("4");
  });

  test("one that was interrupted goes on, and one with rows of its own is refused before anything is written", async () => {
    const from = await filledStore();
    const to = await schemas.withTables();
    const controller = new AbortController();
    const interrupted = copyStore({
      from,
      to,
      signal: controller.signal,
      onProgress: ({ step, table }) => {
        if (step === "copying" && table === "conversations") controller.abort(new Error("stopped"));
      },
    });
    await expect(interrupted).rejects.toThrow("stopped");
    expect((await copyStore({ from, to })).tables).toMatchObject({
      conversations: { rows: 2, copied: 0 },
      messages: { rows: 7, copied: 7 },
    });
    const other = await schemas.withTables();
    const { own } = await openPostgresqlTestStore(other);
    await own.conversations.create({ modelId: null, agentId: "writer" });
    await expect(copyStore({ from, to: other })).rejects.toThrow("has rows that are not of the store");
    expect(await query(other, "SELECT count(*) AS n FROM model_profiles")).toEqual([{ n: 0 }]);
  });
});
