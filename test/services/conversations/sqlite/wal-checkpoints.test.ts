import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../../src/services/conversations/sql/sql-database.ts";
import { openDatabase } from "../../../../src/services/conversations/sqlite/sqlite-database.ts";
import { openRaw } from "../../../support/store.ts";
import { eventually } from "../../../support/streams.ts";
import { tempFolder } from "../../../support/temp.ts";

const MIB = 1024 * 1024;

async function openFilled(synchronous: "full" | "normal" = "full") {
  const path = join(tempFolder(), "chat.db");
  const db = openDatabase(path, { synchronous });
  onTestFinished(() => db.close());
  await db.write((sql) => sql.run("CREATE TABLE filler (content BLOB)"));
  return { db, path, sizeOf: (suffix = "") => statSync(path + suffix).size };
}

async function fill(db: Database, mebibytes: number): Promise<void> {
  for (let written = 0; written < mebibytes; written += 1) {
    await db.write((sql) => sql.run("INSERT INTO filler VALUES (randomblob(?))", MIB));
  }
}

test.each(["full", "normal"] as const)(
  "with synchronous %s a WAL that has become long is moved into the database, and begins anew",
  async (synchronous) => {
    const { db, sizeOf } = await openFilled(synchronous);
    await fill(db, 6);
    await eventually(async () => {
      await db.write((sql) => sql.run("INSERT INTO filler VALUES (NULL)"));
      expect(sizeOf("-wal")).toBeLessThan(MIB);
    });
    expect(sizeOf()).toBeGreaterThan(5 * MIB);
  },
);

test("a WAL begins anew although nobody stops writing", async () => {
  const { db, sizeOf } = await openFilled("normal");
  const deadline = performance.now() + 8_000;
  let longest = 0;
  while (sizeOf("-wal") > longest - MIB && performance.now() < deadline) {
    longest = Math.max(longest, sizeOf("-wal"));
    await db.write((sql) => sql.run("INSERT INTO filler VALUES (randomblob(16384))"));
    await nextTurn();
  }
  expect(sizeOf("-wal")).toBeLessThan(longest - MIB);
});

test("what a reader kept back is moved once it has left", async () => {
  const { db, path, sizeOf } = await openFilled();
  const reader = openRaw(path);
  reader.exec("BEGIN; SELECT * FROM filler");
  await fill(db, 12);
  expect(sizeOf("-wal")).toBeGreaterThan(11 * MIB);
  reader.exec("COMMIT");
  await eventually(async () => {
    await db.write((sql) => sql.run("INSERT INTO filler VALUES (NULL)"));
    expect(sizeOf()).toBeGreaterThan(11 * MIB);
  });
});

test("the thread that commits does not wait for a checkpoint of 160 MiB", async () => {
  const { db, path, sizeOf } = await openFilled();
  const other = openRaw(path);
  other.exec("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF");
  for (let written = 0; written < 160; written += 1) {
    other.exec(`INSERT INTO filler VALUES (randomblob(${MIB}))`);
  }
  await fill(db, 1);
  const seen = new Set<number>();
  for (let size = sizeOf(); size < 159 * MIB; size = sizeOf()) {
    seen.add(size);
    await nextTurn();
  }
  // Whoever waits for it sees it done, and not how the database grows.
  expect(seen.size).toBeGreaterThan(1);
});

test("a file that has taken the database's place is not touched, nor made where there is none", async () => {
  const { db, path } = await openFilled();
  renameSync(path, `${path}.moved`);
  await fill(db, 6);
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, "another one");
  await fill(db, 6);
  expect(readFileSync(path, "utf8")).toBe("another one");
  renameSync(`${path}.moved`, path);
  await db.close();
});

test("a store is not closed in the middle of a checkpoint", async () => {
  const { db, path, sizeOf } = await openFilled();
  await fill(db, 6);
  await db.close();
  expect(sizeOf()).toBeGreaterThan(5 * MIB);
  expect(openRaw(path).prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
});
