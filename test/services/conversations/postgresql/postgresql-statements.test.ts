import { expect, onTestFinished, test } from "vitest";
import { PostgresqlDatabase } from "../../../../src/services/conversations/postgresql/postgresql-database.ts";
import { createPostgresqlPool } from "../../../../src/services/conversations/postgresql/postgresql-pool.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { useTestSchemas } from "../../../support/postgresql-test-store.ts";

const schemas = NO_POSTGRESQL === undefined ? useTestSchemas() : undefined;

async function emptyDatabase(): Promise<PostgresqlDatabase> {
  const database = new PostgresqlDatabase(createPostgresqlPool((await schemas?.empty()) ?? ""), "it");
  onTestFinished(() => database.close());
  return database;
}

test.skipIf(schemas === undefined)(
  "of statements that were asked for at once each fails with the first one's reason",
  async () => {
    const database = await emptyDatabase();
    const reasons: string[] = [];
    const written = database.write(async (sql) => {
      const statements = [sql.run("SELECT 1 / 0"), sql.run("SELECT 1"), sql.all("SELECT 2")];
      for (const settled of await Promise.allSettled<unknown>(statements)) {
        reasons.push(settled.status === "rejected" ? settled.reason.message : "was done");
      }
      await statements.at(-1);
    });
    await expect(written).rejects.toThrow("division by zero");
    expect(reasons).toEqual(Array(3).fill("division by zero"));
    expect(await database.read((sql) => sql.get("SELECT 1 AS one"))).toEqual({ one: 1 });
  },
);

test.skipIf(schemas === undefined)(
  "each statement of those that are answered together has its own rows, the first time and later",
  async () => {
    const database = await emptyDatabase();
    const both = "SELECT ? AS text, CAST(? AS bigint) AS number, CAST(? AS bytea) AS bytes";
    const rows = (text: string) => [{ text, number: 7, bytes: Buffer.from([0, 255]) }];
    for (let time = 0; time < 3; time += 1) {
      const done = await database.write((sql) =>
        Promise.all([
          sql.all(both, "one", 7, new Uint8Array([0, 255])),
          sql.run("CREATE TABLE IF NOT EXISTS several (n bigint)"),
          sql.all(both, "two \u0000", 7, new Uint8Array([0, 255])),
          sql.run("INSERT INTO several SELECT 1 FROM generate_series(1, 3)"),
          sql.all("SELECT n, NULL AS nothing FROM several WHERE n = ?", 2),
          sql.all("SELECT count(*) AS n FROM several"),
        ]),
      );
      expect(done).toEqual([rows("one"), 0, rows("two \u0000"), 3, [], [{ n: 3 * (time + 1) }]]);
    }
  },
);

test.skipIf(schemas === undefined)(
  "a statement that failed when it was sent first is done the next time, wherever it failed",
  async () => {
    const database = await emptyDatabase();
    const missing = (): Promise<unknown> => database.read((sql) => sql.all("SELECT n FROM made_later"));
    const divide = (by: number): Promise<unknown> =>
      database.read((sql) => sql.get("SELECT 6 / CAST(? AS integer) AS n", by));
    await expect(missing()).rejects.toThrow("made_later");
    await expect(divide(0)).rejects.toThrow("division by zero");
    await database.write((sql) => sql.run("CREATE TABLE made_later (n bigint)"));
    expect(await missing()).toEqual([]);
    expect(await divide(2)).toEqual({ n: 3 });
    expect(await divide(3)).toEqual({ n: 2 });
  },
);
