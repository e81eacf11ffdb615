import { describe, expect, onTestFinished, test } from "vitest";
import { LOCAL_USER } from "../../../../src/contract/caller-headers.ts";
import { PostgresqlDatabase } from "../../../../src/services/conversations/postgresql/postgresql-database.ts";
import { createPostgresqlPool } from "../../../../src/services/conversations/postgresql/postgresql-pool.ts";
import { getConversationToSendTo } from "../../../../src/services/conversations/sql/message-destination.ts";
import { historyOf, listOthers, listShown } from "../../../../src/services/conversations/sql/message-rows.ts";
import { choosePathTo } from "../../../../src/services/conversations/sql/message-tree.ts";
import type { Statements } from "../../../../src/services/conversations/sql/sql-database.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { openPostgresqlTestStore, useTestSchemas } from "../../../support/postgresql-test-store.ts";

/** Conversations of one message each, as many as are to be told apart from what one of them costs. */
const OTHERS = `
  INSERT INTO conversations (id, user_id, agent_id, active, created_at, updated_at, export_key)
    SELECT n, 'local', 'architect', 0, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', n FROM generate_series(1, 500) AS n;
  INSERT INTO messages (id, conversation_id, role, message_type, content, agent_id, status, created_at, chosen)
    SELECT n, n, 'user', 'chat', 'said', 'architect', 'complete', '2026-01-01T00:00:00.000Z', 1 FROM generate_series(1, 500) AS n`;
const ONE_IN_THE_MIDST = "250";

/** A long one, in a database whose statistics are known, as they are after a while: the planner decides otherwise then. */
const LONG_ONE = `
  INSERT INTO messages (id, conversation_id, role, message_type, content, agent_id, status, created_at, chosen, parent)
    SELECT 1000 + n, ${ONE_IN_THE_MIDST}, CASE n % 2 WHEN 0 THEN 'user' ELSE 'assistant' END, 'chat', 'said', 'architect',
           'complete', '2026-01-01T00:00:00.000Z', 1, CASE n WHEN 1 THEN ${ONE_IN_THE_MIDST} ELSE 999 + n END
      FROM generate_series(1, 400) AS n;
  ANALYZE messages, conversations`;

const READS: Readonly<Record<string, (sql: Statements) => Promise<unknown>>> = {
  "its history": (sql) => historyOf(sql, LOCAL_USER, ONE_IN_THE_MIDST),
  "what is shown": (sql) => listShown(sql, LOCAL_USER, ONE_IN_THE_MIDST, 100),
  "what is not shown": (sql) => listOthers(sql, LOCAL_USER, ONE_IN_THE_MIDST),
};

describe.skipIf(NO_POSTGRESQL !== undefined)(`on PostgreSQL ${NO_POSTGRESQL ?? ""}`, () => {
  const schemas = useTestSchemas();

  async function databaseWithOthers(more?: string): Promise<PostgresqlDatabase> {
    const url = await schemas.withTables();
    const { raw } = await openPostgresqlTestStore(url);
    await raw.exec(OTHERS);
    if (more !== undefined) await raw.exec(more);
    const db = new PostgresqlDatabase(createPostgresqlPool(url), "test");
    onTestFinished(() => db.close());
    return db;
  }

  test.each(Object.entries(READS))("%s is read without a look at other conversations", async (_, read) => {
    const db = await databaseWithOthers();
    expect(await db.read((sql) => rowsReadBy(sql, () => read(sql)))).toBeLessThan(20);
  });

  test.each(Object.entries(READS))("of a long one each message is read a few times: %s", async (_, read) => {
    const db = await databaseWithOthers(LONG_ONE);
    expect(await db.read((sql) => rowsReadBy(sql, () => read(sql)))).toBeLessThan(6 * 401);
  });

  test("the way to a message of a long one is found by a look at those on it alone", async () => {
    const db = await databaseWithOthers(LONG_ONE);
    const last = { id: 1400, conversation_id: Number(ONE_IN_THE_MIDST) };
    expect(await db.write((sql) => rowsReadBy(sql, () => choosePathTo(sql, last)))).toBeLessThan(3 * 401);
  });

  test("a message is sent to a long one by a look at few of its messages", async () => {
    const db = await databaseWithOthers(LONG_ONE);
    expect(await db.write((sql) => rowsReadBy(sql, () => sendToIt(sql)))).toBeLessThan(2 * 401);
  });

  test("a message is sent without a look at other conversations", async () => {
    const db = await databaseWithOthers();
    expect(await db.write((sql) => rowsReadBy(sql, () => sendToIt(sql)))).toBeLessThan(20);
  });
});

async function sendToIt(sql: Statements): Promise<void> {
  await getConversationToSendTo(sql, LOCAL_USER, ONE_IN_THE_MIDST, "a key");
}

/** How many rows of messages the server has looked at, by a plan such as a connection keeps. */
async function rowsReadBy(sql: Statements, read: () => Promise<unknown>): Promise<number> {
  await sql.get("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)");
  await read();
  const row = await sql.get(
    "SELECT seq_tup_read + idx_tup_fetch AS n FROM pg_stat_xact_user_tables WHERE relid = 'messages'::regclass",
  );
  return Number(row?.["n"]);
}
