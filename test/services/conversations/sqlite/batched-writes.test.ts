import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Database } from "../../../../src/services/conversations/sql/sql-database.ts";
import { openDatabase } from "../../../../src/services/conversations/sqlite/sqlite-database.ts";
import { tempFolder } from "../../../support/temp.ts";

/** Of a WAL and of a frame in it, in bytes; a frame that ends a transaction says how large the database is then. */
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

interface Opened {
  readonly db: Database;
  /** How many transactions its WAL holds. */
  commits(): number;
}

async function openCounted(): Promise<Opened> {
  const path = join(tempFolder(), "chat.db");
  const db = openDatabase(path);
  onTestFinished(() => db.close());
  await db.write((sql) => sql.run("CREATE TABLE notes (note TEXT UNIQUE)"));
  const commits = (): number => {
    const wal = readFileSync(`${path}-wal`);
    const step = FRAME_HEADER + wal.readUInt32BE(8);
    let count = 0;
    for (let at = WAL_HEADER; at + step <= wal.length; at += step)
      count += Math.sign(wal.readUInt32BE(at + 4));
    return count;
  };
  return { db, commits };
}

const note = (db: Database, text: string): Promise<number> =>
  db.writeSoon((sql) => sql.run("INSERT INTO notes VALUES (?)", text));

const notesIn = (db: Database): Promise<unknown[]> =>
  db.read(async (sql) => (await sql.all("SELECT note FROM notes ORDER BY rowid")).map((row) => row["note"]));

test("writes that nobody waits for share transactions, each with its own answer", async () => {
  const { db, commits } = await openCounted();
  const before = commits();
  const texts = Array.from({ length: 200 }, (_, index) => String(index));
  expect(await Promise.all(texts.map((text) => note(db, text)))).toEqual(texts.map(() => 1));
  expect(commits() - before).toBeLessThanOrEqual(4);
  expect(await notesIn(db)).toEqual(texts);
});

test("one that fails fails alone", async () => {
  const { db } = await openCounted();
  const results = await Promise.allSettled(["a", "b", "a", "c"].map((text) => note(db, text)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(await notesIn(db)).toEqual(["a", "b", "c"]);
});

test("what is written after them comes after them", async () => {
  const { db } = await openCounted();
  const soon = note(db, "first");
  await db.write((sql) => sql.run("INSERT INTO notes VALUES ('second')"));
  await soon;
  expect(await notesIn(db)).toEqual(["first", "second"]);
});
