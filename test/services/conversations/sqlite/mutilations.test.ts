import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkSqliteFile } from "../../../../src/services/conversations/sqlite/check-sqlite.ts";
import { openSqliteStore } from "../../../../src/services/conversations/sqlite/open-sqlite-store.ts";
import { throwDice } from "../../../support/fuzz/dice.ts";
import { rounds } from "../../../support/rounds.ts";
import { exchangeOf, openConversation, openRaw, openTestStore, ownOf } from "../../../support/store.ts";
import { tempFolder } from "../../../support/temp.ts";

/** Few enough that nothing of them is moved out of the WAL. */
const EXCHANGES = 30;
const MUTILATIONS = rounds(40, 200);

/** `SEED=17` makes the choices of that seed. */
const SEED = Number(process.env["SEED"] ?? 1);

test(`whatever a crash leaves of the WAL (${MUTILATIONS} ways), what opens is whole, and a beginning of what was said`, async () => {
  const { store, own, path } = openTestStore();
  const sessionId = await openConversation(own, null);
  // All that follows is in the WAL alone.
  openRaw(path).exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const before = readFileSync(path);
  for (let number = 0; number < EXCHANGES; number += 1) {
    await exchangeOf(store, sessionId, `message ${number}`, `reply ${number}`.repeat(1 + (number % 40)));
  }
  const said = (await own.messages.list(sessionId)).map(({ content }) => content);
  const wal = readFileSync(`${path}-wal`);
  expect(before.equals(readFileSync(path)), "all is in the WAL alone").toBe(true);
  const dice = throwDice(SEED, 0);
  const left = new Set<number>();
  for (let way = 0; way < MUTILATIONS; way += 1) {
    const copy = join(tempFolder(), "chat.db");
    copyFileSync(path, copy);
    writeFileSync(`${copy}-wal`, mutilated(wal, way, dice));
    const opened = openSqliteStore({ path: copy, defaultAgent: "architect" });
    try {
      const rows = (await ownOf(opened).messages.list(sessionId)).map(({ content }) => content);
      const last = rows.length - 1;
      const isWritten = said[last] === rows[last] || rows[last] === "";
      expect(rows.slice(0, last), `SEED=${SEED}, way ${way}`).toEqual(said.slice(0, Math.max(last, 0)));
      expect(rows.length === 0 || isWritten).toBe(true);
      expect(checkSqliteFile(copy).problems).toEqual([]);
      await opened.replies.takeOver();
      left.add(rows.length);
    } finally {
      await opened.close();
    }
  }
  expect(left.size, "different places were hit").toBeGreaterThan(5);
});

/** Cut off, overwritten in one byte, or zeroed from some place on. */
function mutilated(wal: Buffer, way: number, dice: ReturnType<typeof throwDice>): Buffer {
  const place = dice.number(wal.length);
  if (way % 3 === 0) return wal.subarray(0, place);
  const copy = Buffer.from(wal);
  if (way % 3 === 1) copy[place] = (copy[place] ?? 0) ^ (1 + dice.number(255));
  else copy.fill(0, place);
  return copy;
}
