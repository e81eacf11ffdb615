import { expect, test } from "vitest";
import { createTemporaryDatabase } from "../../../../src/services/conversations/postgresql/temporary-database.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { query, useTestServer } from "../../../support/postgresql-test-store.ts";

const server = NO_POSTGRESQL === undefined ? useTestServer() : undefined;

test.skipIf(server === undefined)(
  "a database is made beside the given one, which stays as it is, and is gone after that",
  async () => {
    const given = (await server?.()) ?? "";
    const { url, drop } = await createTemporaryDatabase(given);
    await query(url, "CREATE TABLE of_its_own (id int)");
    expect(await query(given, "SELECT to_regclass('of_its_own') AS found")).toEqual([{ found: null }]);
    // Also where somebody is still connected.
    await drop();
    expect(await query(given, "SELECT datname FROM pg_database WHERE datname LIKE 'stack_verify_%'")).toEqual(
      [],
    );
  },
);

test("a server that is not there is refused, without its password", async () => {
  const making = createTemporaryDatabase("postgresql://nobody:secret@127.0.0.1:9/chat");
  await expect(making).rejects.toThrow(
    expect.objectContaining({
      code: "database_unreadable",
      message: "No database could be made beside chat at 127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9.",
      hint: expect.stringMatching(/CREATEDB/),
    }),
  );
});
