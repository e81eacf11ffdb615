import { expect, test } from "vitest";
import {
  createTemporaryDatabase,
  type TemporaryDatabase,
} from "../../../../src/services/conversations/postgresql/temporary-database.ts";
import { NO_POSTGRESQL } from "../../../support/postgresql.ts";
import { query, useTestServer } from "../../../support/postgresql-test-store.ts";

const nameOf = ({ url }: TemporaryDatabase): string => new URL(url).pathname.slice(1);

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

test.skipIf(server === undefined)(
  "what a killed process has left is deleted by the next, and what another one uses is not",
  async () => {
    const given = (await server?.()) ?? "";
    const used = await createTemporaryDatabase(given);
    await query(given, "CREATE DATABASE stack_verify_left");
    const next = await createTemporaryDatabase(given);
    const ours = "SELECT datname FROM pg_database WHERE datname LIKE 'stack_verify_%'";
    const names = (await query(given, ours)).map(({ datname }) => String(datname));
    expect(names.toSorted()).toEqual([nameOf(used), nameOf(next)].toSorted());
    await Promise.all([used.drop(), next.drop()]);
    expect(await query(given, ours)).toEqual([]);
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
