import { expect, test } from "vitest";
import { LOCAL_USER } from "../../../../src/contract/caller-headers.ts";
import { listSessions } from "../../../../src/services/conversations/sql/session-rows.ts";
import type { Statements } from "../../../../src/services/conversations/sql/sql-database.ts";
import { SQLITE_DIALECT } from "../../../../src/services/conversations/sqlite/sqlite-dialect.ts";
import { exchangeOf, makeProfile, openConversation, openRaw, openTestStore } from "../../../support/store.ts";

test("a page of the list costs what is on it: it is read off an index, and counts no messages", async () => {
  const { own, path } = openTestStore();
  const modelId = await makeProfile(own, "Tower");
  await openConversation(own, modelId);
  const db = openRaw(path);
  const plans: string[] = [];
  const explaining: Statements = {
    dialect: SQLITE_DIALECT,
    async all(sql, ...values) {
      plans.push(
        ...db
          .prepare(`EXPLAIN QUERY PLAN ${sql}`)
          .all(...values)
          .map(({ detail }) => String(detail)),
      );
      return db.prepare(sql).all(...values);
    },
    get: async (sql, ...values) => db.prepare(sql).get(...values),
    run: async (sql, ...values) => Number(db.prepare(sql).run(...values).changes),
  };
  const totals: number[] = [];
  for (const filter of [{}, { modelId }, { archived: true }, { archived: true, modelId }]) {
    totals.push((await listSessions(explaining, LOCAL_USER, { limit: 10, offset: 0, ...filter })).total);
  }
  expect(totals).toEqual([1, 1, 0, 0]);
  expect(plans).toEqual([
    "SEARCH conversations USING INDEX conversations_listed (user_id=?)",
    "SEARCH conversations USING INDEX conversations_listed_by_profile (user_id=? AND <expr>=?)",
    "SEARCH conversations USING INDEX conversations_archived (user_id=?)",
    "SEARCH conversations USING INDEX conversations_archived_by_profile (user_id=? AND <expr>=?)",
  ]);
});

test("nothing of a deleted conversation is left in the index of words", async () => {
  const { store, own, path } = openTestStore();
  const sessionId = await openConversation(own, null);
  await exchangeOf(store, sessionId, "first", "answer");
  await own.conversations.delete(sessionId);
  const left = openRaw(path).prepare("SELECT count(*) AS n FROM message_search_docsize").get();
  expect(left).toEqual({ n: 0 });
});
