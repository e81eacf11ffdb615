import { resolve } from "node:path";
import { postgresqlName, readStoreAddress } from "../../../contract/store-address.ts";
import { UserError } from "../../../errors/user-error.ts";
import type { Database, Statements } from "../sql/sql-database.ts";
import type { CopiedTable } from "./copied-tables.ts";

/** A store that is copied from, or to. */
export interface CopiedStore {
  /** In words, without a password. */
  readonly name: string;
  readonly db: Database;
  /** The greatest key that a table ever gave out. */
  lastKey(sql: Statements, table: CopiedTable): Promise<number>;
  /** Lets it give out greater ones alone. */
  setLastKey(sql: Statements, table: CopiedTable, key: number): Promise<void>;
}

/**
 * Opens the store at this address: `postgresql://user@host/database`, `sqlite:chat.db`, or the path of a file. Throws a UserError.
 *
 * @param mustExist whether it has to be there, and of the present version: nothing is made or changed to open it
 */
export async function openCopiedStore(address: string, mustExist: boolean): Promise<CopiedStore> {
  const isAddress = /^(?:sqlite|postgres(?:ql)?):/.test(address);
  const read = readStoreAddress(isAddress ? address : `sqlite:${resolve(address)}`);
  if (typeof read === "string") throw new UserError("bad_flag", `The address of a store ${read}.`);
  return read.kind === "sqlite"
    ? await openSqliteEnd(resolve(read.path), mustExist)
    : await openPostgresqlEnd(read.url, mustExist);
}

async function openSqliteEnd(path: string, mustExist: boolean): Promise<CopiedStore> {
  const { openDatabase } = await import("../sqlite/sqlite-database.ts");
  if (mustExist) {
    const [{ checkSqliteFile }, { SCHEMA_VERSION }] = await Promise.all([
      import("../sqlite/check-sqlite.ts"),
      import("../sqlite/sqlite-migrations.ts"),
    ]);
    requireSound(path, checkSqliteFile(path), SCHEMA_VERSION);
  }
  return {
    name: path,
    db: openDatabase(path),
    async lastKey(sql, { name }) {
      return Number((await sql.get("SELECT seq FROM sqlite_sequence WHERE name = ?", name))?.["seq"] ?? 0);
    },
    async setLastKey(sql, { name }, key) {
      const changed = await sql.run("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", key, name);
      if (changed === 0) await sql.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", name, key);
    },
  };
}

async function openPostgresqlEnd(url: string, mustExist: boolean): Promise<CopiedStore> {
  const { openPostgresqlDatabase } = await import("../postgresql/open-postgresql-store.ts");
  if (mustExist) {
    const [{ checkPostgresql }, { POSTGRESQL_SCHEMA_VERSION }] = await Promise.all([
      import("../postgresql/check-postgresql.ts"),
      import("../postgresql/postgresql-migrations.ts"),
    ]);
    requireSound(postgresqlName(url), await checkPostgresql(url), POSTGRESQL_SCHEMA_VERSION);
  }
  return {
    name: postgresqlName(url),
    db: await openPostgresqlDatabase(url),
    async lastKey(sql, { name, order }) {
      const row = await sql.get(
        "SELECT pg_sequence_last_value(pg_get_serial_sequence(?, ?)::regclass) AS key",
        name,
        order,
      );
      return Number(row?.["key"] ?? 0);
    },
    async setLastKey(sql, { name, order }, key) {
      if (key > 0)
        await sql.get("SELECT setval(pg_get_serial_sequence(?1, ?2)::regclass, ?3)", name, order, key);
    },
  };
}

function requireSound(
  name: string,
  check: { readonly schema_version: number; readonly problems: readonly string[] },
  version: number,
): void {
  const [problem] = check.problems;
  if (problem !== undefined) {
    throw new UserError("database_unreadable", `The store ${name} is not copied: ${problem}.`, {
      hint: "`stack store check` says all that is wrong with it.",
    });
  }
  if (check.schema_version === version) return;
  throw new UserError(
    "database_unreadable",
    `The store ${name} is not copied: it has schema version ${check.schema_version}, and this stack's is ${version}.`,
    {
      hint: "Start the stack on it once: `stack up` brings it to the present version, and keeps what it was.",
    },
  );
}
