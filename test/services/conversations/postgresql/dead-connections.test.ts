import { expect, onTestFinished, test } from "vitest";
import { openPostgresqlDatabase } from "../../../../src/services/conversations/postgresql/open-postgresql-store.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { useTestSchemas } from "../../../support/postgresql-test-store.ts";
import { startSilentProxy } from "../../../support/silent-proxy.ts";

const schemas = NO_POSTGRESQL === undefined ? useTestSchemas() : undefined;

/** Not to be mistaken for a server that is busy. */
const SILENCE_MS = 700;

const CONNECTIONS = 5;

/** A database with connections that nobody uses, through a network that can be cut. */
async function openThroughProxy() {
  const proxy = await startSilentProxy((await schemas?.withTables()) ?? "");
  const database = await openPostgresqlDatabase(proxy.url, SILENCE_MS);
  onTestFinished(async () => {
    await database.close();
    proxy.close();
  });
  const all = Promise.withResolvers<void>();
  let here = 0;
  const useOne = (): Promise<void> =>
    database.write(async (sql) => {
      await sql.get("SELECT 1");
      here += 1;
      if (here === CONNECTIONS) all.resolve();
      await all.promise;
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, useOne));
  expect(proxy.open).toBe(CONNECTIONS);
  const readOne = async () => (await database.read((sql) => sql.get("SELECT 1 AS one")))?.["one"];
  return { proxy, database, readOne };
}

test.skipIf(schemas === undefined)(
  "where the network was cut, one connection is tried in vain, and the others are not",
  async () => {
    const { proxy, readOne } = await openThroughProxy();
    proxy.cut();
    expect([await readOne(), await readOne()]).toEqual([1, 1]);
    expect(proxy.triedInVain).toBe(1);
  },
);

test.skipIf(schemas === undefined)(
  "a statement that was on its way when the network was cut is asked again on another connection",
  async () => {
    const { proxy, database, readOne } = await openThroughProxy();
    const isCut = Promise.withResolvers<void>();
    let tries = 0;
    const cutOff = database.write(async (sql) => {
      tries += 1;
      await sql.get("SELECT 1");
      if (tries === 1) proxy.cut();
      isCut.resolve();
      return (await sql.get("SELECT 2 AS two"))?.["two"];
    });
    await isCut.promise;
    // Whoever comes next finds a connection dead that nobody uses.
    expect(await readOne()).toBe(1);
    expect(await cutOff).toBe(2);
    expect(tries).toBe(2);
  },
);
