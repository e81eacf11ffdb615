import type { Row, SqlValue, Statements } from "../sql/sql-database.ts";
import type { CopiedTable } from "./copied-tables.ts";

/** Rows that follow each other in a table's order: those above `after`, up to `until`. */
export interface TablePage {
  readonly after: number;
  /** Of the last page as far as any row goes. */
  readonly until: number;
  readonly rows: readonly Row[];
}

/** Goes through a table page by page; there is one at least, and together they are all that is there or could be. */
export async function* pagesOf(sql: Statements, table: CopiedTable): AsyncGenerator<TablePage> {
  const { name, order, page } = table;
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const found = await sql.get(
      `SELECT count(*) AS n, max(${order}) AS last FROM (
         SELECT DISTINCT ${order} FROM ${name} WHERE ${order} > ? ORDER BY ${order} LIMIT ?) AS page`,
      after,
      page,
    );
    const isLast = Number(found?.["n"]) < page;
    const until = isLast ? Number.MAX_SAFE_INTEGER : Number(found?.["last"]);
    yield { after, until, rows: await rowsIn(sql, table, { after, until }) };
    if (isLast) return;
    after = until;
  }
}

/** The rows of one page, with what the database derives. */
export async function rowsIn(
  sql: Statements,
  { name, order, columns, derived = [] }: CopiedTable,
  { after, until }: Pick<TablePage, "after" | "until">,
): Promise<Row[]> {
  const all = [...columns, ...derived].join(", ");
  return await sql.all(
    `SELECT ${all} FROM ${name} WHERE ${order} > ? AND ${order} <= ? ORDER BY ${order}`,
    after,
    until,
  );
}

/** How many rows a table has. */
export async function countRows(sql: Statements, { name }: CopiedTable): Promise<number> {
  return Number((await sql.get(`SELECT count(*) AS n FROM ${name}`))?.["n"]);
}

/** Writes rows as they are, with their keys. */
export async function insertRows(
  sql: Statements,
  { name, columns }: CopiedTable,
  rows: readonly Row[],
): Promise<void> {
  const insert = `INSERT INTO ${name} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
  for (const row of rows) await sql.run(insert, ...columns.map((column) => row[column] as SqlValue));
}

/** What tells a row from the others of its table. */
export function keyOf({ key }: CopiedTable, row: Row): string {
  return key.map((column) => String(row[column])).join(" / ");
}

/** Whether two rows are the same in all these columns. */
export function isSameRow(columns: readonly string[], one: Row, other: Row): boolean {
  return columns.every((column) => isSameValue(one[column], other[column]));
}

function isSameValue(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  return one === other;
}
