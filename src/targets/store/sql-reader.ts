/** A row as its driver gives it. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** One database that is only read. */
export interface SqlReader {
  /** In words, without a password. */
  readonly name: string;
  /** How a query writes its one value: `?` or `$1`. */
  readonly placeholder: string;
  /** The columns of a table, of which a query may have any; empty where there is no such table. */
  columnsOf(table: string): Promise<readonly string[]>;
  all(query: string, value: string): Promise<readonly SqlRow[]>;
  close(): Promise<void>;
}

/** The name of a table or column in a query; `chat.messages` names a table of another schema. */
export function quotedName(name: string): string {
  return name
    .split(".")
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join(".");
}
