import { UserError } from "../../../errors/user-error.ts";
import type { Row, Statements } from "../sql/sql-database.ts";
import { type CopiedStore, openCopiedStore } from "./copied-store.ts";
import { COPIED_TABLES, type CopiedTable } from "./copied-tables.ts";
import { countRows, insertRows, isSameRow, keyOf, pagesOf, rowsIn } from "./table-pages.ts";

export interface CopyOptions {
  /** The addresses of stores, as `openCopiedStore` reads them. */
  readonly from: string;
  readonly to: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** How far it is. */
export interface CopyProgress {
  readonly step: "looking" | "copying" | "verifying";
  readonly table: string;
  readonly done: number;
  readonly total: number;
}

/** What was copied of a table. */
export interface CopiedRows {
  /** Rows that it has, in both stores, each compared with the other's. */
  readonly rows: number;
  /** Those of them that this run has written; the others were there. */
  readonly copied: number;
}

/** What has become of a copy. */
export interface StoreCopy {
  readonly from: string;
  readonly to: string;
  readonly tables: Readonly<Record<string, CopiedRows>>;
}

/**
 * Copies all users' conversations, with their keys, from one store to another, of either kind, and compares all rows at the
 * end. What it reads is of one moment. What an earlier run has brought over stays: it goes on there. Throws a UserError where the
 * other store has rows that are not of this one: nothing is overwritten, and before they are looked for nothing is written.
 */
export async function copyStore(options: CopyOptions): Promise<StoreCopy> {
  const from = await openCopiedStore(options.from, true);
  try {
    const to = await openCopiedStore(options.to, false);
    try {
      if (from.name === to.name) throw new UserError("bad_flag", "A store is not copied to itself.");
      return await from.db.read((source) => copyFrom(source, from, to, options));
    } finally {
      await to.db.close();
    }
  } finally {
    await from.db.close();
  }
}

async function copyFrom(
  source: Statements,
  from: CopiedStore,
  to: CopiedStore,
  options: CopyOptions,
): Promise<StoreCopy> {
  const copied = new Map<string, number>();
  const rows = new Map<string, number>();
  await eachPage(source, "looking", options, async (table, page) => {
    await to.db.read(async (sql) => missingRows(to, table, page.rows, await rowsIn(sql, table, page)));
  });
  await eachPage(source, "copying", options, async (table, page) => {
    const missing = await to.db.write(async (sql) => {
      const found = missingRows(to, table, page.rows, await rowsIn(sql, table, page));
      await insertRows(sql, table, found);
      return found.length;
    });
    copied.set(table.name, (copied.get(table.name) ?? 0) + missing);
  });
  for (const table of COPIED_TABLES.filter(({ givesKeys }) => givesKeys)) {
    const key = await from.lastKey(source, table);
    await to.db.write((sql) => to.setLastKey(sql, table, key));
  }
  await eachPage(source, "verifying", options, async (table, page) => {
    await to.db.read(async (sql) => requireSame(to, table, page.rows, await rowsIn(sql, table, page)));
    rows.set(table.name, (rows.get(table.name) ?? 0) + page.rows.length);
  });
  const tables = COPIED_TABLES.map(({ name }) => [
    name,
    { rows: rows.get(name) ?? 0, copied: copied.get(name) ?? 0 },
  ]);
  return { from: from.name, to: to.name, tables: Object.fromEntries(tables) };
}

type EachPage = Parameters<typeof rowsIn>[2] & { readonly rows: readonly Row[] };

async function eachPage(
  source: Statements,
  step: CopyProgress["step"],
  { signal, onProgress }: CopyOptions,
  work: (table: CopiedTable, page: EachPage) => Promise<void>,
): Promise<void> {
  for (const table of COPIED_TABLES) {
    const total = await countRows(source, table);
    let done = 0;
    for await (const page of pagesOf(source, table)) {
      signal?.throwIfAborted();
      await work(table, page);
      done += page.rows.length;
      onProgress?.({ step, table: table.name, done, total });
    }
  }
}

/** Those of the source's rows that the other store does not have yet. Throws where it has another row. */
function missingRows(
  to: CopiedStore,
  table: CopiedTable,
  wanted: readonly Row[],
  present: readonly Row[],
): readonly Row[] {
  const rows = new Map(wanted.map((row) => [keyOf(table, row), row]));
  for (const row of present) {
    const key = keyOf(table, row);
    const other = rows.get(key);
    if (other === undefined || !isSameRow(table.columns, row, other)) throw hasOtherRows(to, table, key);
    rows.delete(key);
  }
  return [...rows.values()];
}

function requireSame(
  to: CopiedStore,
  table: CopiedTable,
  wanted: readonly Row[],
  present: readonly Row[],
): void {
  const found = new Map(present.map((row) => [keyOf(table, row), row]));
  const columns = [...table.columns, ...(table.derived ?? [])];
  const wrong = wanted.find((row) => !isSameRow(columns, row, found.get(keyOf(table, row)) ?? {}));
  if (wrong === undefined && present.length === wanted.length) return;
  const where = wrong === undefined ? table.name : `${table.name} ${keyOf(table, wrong)}`;
  throw new UserError(
    "database_unreadable",
    `The copy is not what was copied: ${where} is another row in ${to.name}.`,
    { hint: "Somebody else writes there: stop that, empty it, and copy again." },
  );
}

function hasOtherRows(to: CopiedStore, { name }: CopiedTable, key: string): UserError {
  return new UserError(
    "database_unreadable",
    `${to.name} has rows that are not of the store that is copied: ${name} ${key}. They were left as they are.`,
    {
      hint: "Copy to an empty database. A copy that was interrupted goes on where nobody has written to either since.",
    },
  );
}
