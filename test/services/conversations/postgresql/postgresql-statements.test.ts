import { expect, onTestFinished, test } from "vitest";
import { PostgresqlDatabase } from "../../../../src/services/conversations/postgresql/postgresql-database.ts";
import { createPostgresqlPool } from "../../../../src/services/conversations/postgresql/postgresql-pool.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { useTestSchemas } from "../../../support/postgresql-test-store.ts";

const schemas = NO_POSTGRESQL === undefined ? useTestSchemas() : undefined;

test.skipIf(schemas === undefined)(
  "of statements that were asked for at once each fails with the first one's reason",
  async () => {
    const database = new PostgresqlDatabase(createPostgresqlPool((await schemas?.empty()) ?? ""), "it");
    onTestFinished(() => database.close());
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
