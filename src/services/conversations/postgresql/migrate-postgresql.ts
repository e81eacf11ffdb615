import type { ClientBase } from "pg";
import { messageOf, withoutStop } from "../../../errors/thrown-error.ts";
import { UserError } from "../../../errors/user-error.ts";
import { POSTGRESQL_MIGRATIONS, POSTGRESQL_SCHEMA_VERSION } from "./postgresql-migrations.ts";

/** The number of the lock under which one program after the other migrates; of our own, by nothing but its rarity. */
const MIGRATION_LOCK = 7_236_154_221;

/** `normalize()` is of this version; anything newer that is used is, too. */
const OLDEST_SERVER = 130_000;

/**
 * Brings the database to {@link POSTGRESQL_SCHEMA_VERSION}, each step in a transaction. Several programs may do so at once:
 * one of them does. A database of a newer program is left alone, with a UserError `database_too_new`; one with tables of
 * others with `database_unreadable`.
 *
 * @param name how messages call the database
 */
export async function migratePostgresql(client: ClientBase, name: string): Promise<void> {
  await requireServer(client, name);
  // Without a lock, because nearly always there is nothing to do.
  if ((await versionOfPostgresql(client, name)) === POSTGRESQL_SCHEMA_VERSION) return;
  for (;;) {
    await client.query("BEGIN");
    try {
      await client.query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
      // Another program may have migrated while this one waited for the lock.
      const version = await versionOfPostgresql(client, name);
      const migration = POSTGRESQL_MIGRATIONS[version];
      if (migration !== undefined) {
        if (version === 0) await makeVersionTable(client, name);
        await client.query(migration);
        await client.query("UPDATE chat_stack_schema SET version = $1", [version + 1]);
      }
      await client.query("COMMIT");
      if (migration === undefined) return;
    } catch (error) {
      await client.query("ROLLBACK");
      if (error instanceof UserError) throw error;
      const message = `The database ${name} is not brought to version ${POSTGRESQL_SCHEMA_VERSION}: ${withoutStop(messageOf(error))}.`;
      throw new UserError("database_unreadable", message, {
        hint: "Nothing of that step was done. Its user must be allowed to make tables and functions there.",
        cause: error,
      });
    }
  }
}

/**
 * The version of the database's schema; 0 where it has no tables of ours. Throws a UserError `database_too_new` where a
 * newer program wrote it. Only reads.
 */
export async function versionOfPostgresql(client: ClientBase, name: string): Promise<number> {
  // Not by to_regclass(), which may remember that it was not there before another program made it.
  const found = await client.query(
    "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'chat_stack_schema'",
  );
  if (found.rows.length === 0) return 0;
  const { rows } = await client.query("SELECT max(version) AS version FROM chat_stack_schema");
  const version = Number(rows[0]?.version);
  if (version <= POSTGRESQL_SCHEMA_VERSION) return version;
  throw new UserError(
    "database_too_new",
    `The database ${name} has schema version ${version}; this stack knows versions up to ${POSTGRESQL_SCHEMA_VERSION}.`,
    { hint: "Update stack, or set store.url to another database. Nothing was changed." },
  );
}

/** Our tables do not go into somebody else's schema. */
async function makeVersionTable(client: ClientBase, name: string): Promise<void> {
  const { rows } = await client.query(
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
  );
  if (rows.length > 0) {
    const tables = rows.map(({ tablename }) => String(tablename)).join(", ");
    throw new UserError(
      "database_unreadable",
      `The database ${name} is not this stack's: it has the tables ${tables}.`,
      { hint: "Set store.url to another database, or to another schema of it. Nothing was changed." },
    );
  }
  await client.query(`
    CREATE TABLE chat_stack_schema (version integer NOT NULL);
    INSERT INTO chat_stack_schema VALUES (0);`);
}

async function requireServer(client: ClientBase, name: string): Promise<void> {
  const { rows } = await client.query(`
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS said,
           current_setting('server_encoding') AS encoding, current_schema() AS schema`);
  const { version, said, encoding, schema } = rows[0] ?? {};
  const wrong =
    version < OLDEST_SERVER
      ? `its server is PostgreSQL ${said}; 13 is the oldest that works`
      : encoding !== "UTF8"
        ? `its encoding is ${encoding}, and must be UTF8`
        : schema === null
          ? "there is no schema for its tables: search_path names none that exists"
          : undefined;
  if (wrong === undefined) return;
  throw new UserError("database_unreadable", `The database ${name} cannot be used: ${wrong}.`, {
    hint: "Set store.url to another database. Nothing was changed.",
  });
}
