import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import {
  fateQuery,
  type TransactionName,
} from "../../../../src/services/conversations/postgresql/postgresql-transaction.ts";
import { NO_POSTGRESQL, sharedPostgresql } from "../../../support/postgresql.ts";

const NAME = "SELECT pg_current_xact_id()::text AS xid, now()::text AS began";

test.skipIf(NO_POSTGRESQL !== undefined)("what became of a transaction is told by its name", async () => {
  const server = await sharedPostgresql();
  const client = new pg.Client(await server.createDatabase("SELECT 1"));
  await client.connect();
  onTestFinished(() => client.end());
  const run = async (sql: string) => (await client.query(sql)).rows[0];
  const fateOf = async (name: TransactionName) => (await client.query(fateQuery(name))).rows[0]?.fate;
  const done = async (end: "COMMIT" | "ROLLBACK"): Promise<TransactionName> => {
    await run("BEGIN");
    const name = await run(NAME);
    await run(end);
    return name;
  };
  expect(await fateOf(await done("COMMIT"))).toBe("committed");
  expect(await fateOf(await done("ROLLBACK"))).toBe("aborted");

  // As after a crash, which forgets numbers that it has given: one began before the checkpoint that does not know its number.
  const { began } = await run("SELECT now()::text AS began");
  await run("CHECKPOINT");
  const second = await done("COMMIT");
  expect(await fateOf({ xid: second.xid, began })).toBe("aborted");
  const unused = String(Number(second.xid) + 1_000);
  expect(await fateOf({ xid: unused, began })).toBe("aborted");
  // What began after it is told by its number.
  const { later } = await run("SELECT (now() + interval '1 minute')::text AS later");
  expect(await fateOf({ xid: second.xid, began: later })).toBe("committed");
});
