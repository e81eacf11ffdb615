import type { Duplex } from "node:stream";
import pg, { type Connection, type PoolClient } from "pg";
import type { Row } from "../sql/sql-database.ts";

/** A statement that the server knows by a name once it has prepared it, and its values. */
export interface NamedStatement {
  readonly text: string;
  readonly name: string;
  readonly values: readonly unknown[];
}

/** What a statement has led to. */
export interface StatementResult {
  readonly rows: Row[];
  /** How many rows it has found or changed. */
  readonly rowCount: number;
}

/**
 * Sends statements in one piece, and is answered in one: each by itself, as pg's client does it, would be a write of the server's, a
 * read here, and its columns told anew. Where no transaction has been begun they are one together. The first that fails keeps those
 * behind it from being tried, and all fail with its reason.
 *
 * @param silenceMs how long the answer may take, in milliseconds, where that is less than for any query
 */
export async function sendBatch(
  client: PoolClient,
  statements: readonly NamedStatement[],
  silenceMs?: number,
): Promise<readonly StatementResult[]> {
  return await new Promise((resolve, reject) => {
    const batch = new Batch(client, statements, (error) => {
      if (error === null) resolve(batch.results);
      else reject(error);
    });
    client.query(silenceMs === undefined ? batch : Object.assign(batch, { query_timeout: silenceMs }));
  });
}

/** What one connection's server has prepared, by name: with the columns of its answers, where they are known. */
type Prepared = Map<string, readonly Column[] | "not known yet" | "may have failed">;

const preparedOn = new WeakMap<Connection, Prepared>();

/** A column of a statement's answers. */
interface Column {
  readonly name: string;
  readonly parse: (text: string) => unknown;
}

/** The messages that pg's connection knows to write; its types name none of them. */
interface MessageWriter {
  readonly stream: Duplex;
  parse(message: { readonly text: string; readonly name: string }): void;
  bind(message: {
    readonly statement: string;
    readonly values: readonly unknown[];
    readonly valueMapper: (value: unknown) => unknown;
  }): void;
  describe(message: { readonly type: "P" }): void;
  execute(message: object): void;
  close(message: { readonly type: "S"; readonly name: string }): void;
  sync(): void;
}

/** What pg's client hands on of the server's messages. */
interface ServerMessages {
  handleRowDescription(message: { readonly fields: readonly { name: string; dataTypeID: number }[] }): void;
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
  handleCommandComplete(message: { readonly text: string }): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

/** A query to pg's client, which keeps the order of those that are on their way. */
class Batch extends pg.Query implements ServerMessages {
  readonly results: { rows: Row[]; rowCount: number }[] = [];
  /** The client puts its own before it, which ends the waiting. */
  callback: (error: Error | null) => void;
  readonly #client: PoolClient;
  readonly #statements: readonly NamedStatement[];
  readonly #prepared: Prepared;
  readonly #preparing: string[] = [];
  #rows: Row[] = [];
  #columns: readonly Column[] | undefined;

  constructor(
    client: PoolClient,
    statements: readonly NamedStatement[],
    callback: (error: Error | null) => void,
  ) {
    super("");
    this.callback = callback;
    this.#client = client;
    this.#statements = statements;
    const { connection } = client;
    this.#prepared = preparedOn.get(connection) ?? new Map();
    preparedOn.set(connection, this.#prepared);
    this.submit = () => this.#write(connection as unknown as MessageWriter);
  }

  handleRowDescription({ fields }: Parameters<ServerMessages["handleRowDescription"]>[0]): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: this.#client.getTypeParser(dataTypeID, "text"),
    }));
    this.#prepared.set(this.#present.name, this.#columns);
  }

  handleDataRow({ fields }: Parameters<ServerMessages["handleDataRow"]>[0]): void {
    const columns = this.#columns ?? this.#knownColumns;
    const row: Row = {};
    let index = 0;
    for (const { name, parse } of columns) {
      const text = fields[index] ?? null;
      row[name] = text === null ? null : parse(text);
      index += 1;
    }
    this.#rows.push(row);
  }

  handleCommandComplete({ text }: Parameters<ServerMessages["handleCommandComplete"]>[0]): void {
    // It has told no columns where it has none.
    if (this.#columns === undefined) this.#prepared.set(this.#present.name, this.#knownColumns);
    this.results.push({ rows: this.#rows, rowCount: Number(/ (\d+)$/.exec(text)?.[1] ?? 0) });
    this.#rows = [];
    this.#columns = undefined;
  }

  handleError(error: Error): void {
    for (const name of this.#preparing) this.#prepared.set(name, "may have failed");
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  /** The one that the server answers now. */
  get #present(): NamedStatement {
    const statement = this.#statements[this.results.length];
    if (statement === undefined) throw new Error("The server has answered more statements than it was sent.");
    return statement;
  }

  get #knownColumns(): readonly Column[] {
    const known = this.#prepared.get(this.#present.name);
    return typeof known === "object" ? known : [];
  }

  #write(connection: MessageWriter): void {
    connection.stream.cork();
    for (const { text, name, values } of this.#statements) {
      const known = this.#prepared.get(name);
      if (known === "may have failed") connection.close({ type: "S", name });
      if (known === undefined || known === "may have failed") {
        connection.parse({ text, name });
        this.#prepared.set(name, "not known yet");
        this.#preparing.push(name);
      }
      connection.bind({ statement: name, values, valueMapper: asText });
      if (typeof known !== "object") connection.describe({ type: "P" });
      connection.execute({});
    }
    connection.sync();
    connection.stream.uncork();
  }
}

/** A value as a statement is sent it; bytes are sent as they are. */
function asText(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : String(value);
}
