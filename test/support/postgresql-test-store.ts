import pg from "pg";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { LOCAL_USER } from "../../src/contract/caller-headers.ts";
import { WireError } from "../../src/contract/wire-error.ts";
import type { ConversationStore, UserStore } from "../../src/services/conversations/conversation-store.ts";
import { checkPostgresql } from "../../src/services/conversations/postgresql/check-postgresql.ts";
import { openPostgresqlStore } from "../../src/services/conversations/postgresql/open-postgresql-store.ts";
import type { WriterLeaseOptions } from "../../src/services/conversations/postgresql/writer-lease.ts";
import { sharedPostgresql } from "./postgresql.ts";
import { ownOf } from "./store.ts";
import type { AnswerElsewhere, OpenStore, StoreElsewhere, TestStore } from "./test-stores.ts";

/** Starting a server on a busy machine, in milliseconds. */
const PATIENCE_MS = 60_000;

/** A database for the tests of one file, in which each test has a schema of its own. */
export interface TestSchemas {
  /** The address of a schema that is empty. */
  empty(): Promise<string>;
  /** The address of one with the tables of a store, without rows; it is used again after the test. */
  withTables(): Promise<string>;
}

/** A database for the tests of this file, on a server where they may make others; gives its address. */
export function useTestServer(): () => Promise<string> {
  let address: string | undefined;
  beforeAll(async () => {
    address = await (await sharedPostgresql()).createDatabase("SELECT 1");
  }, PATIENCE_MS);
  afterAll(async () => {
    if (address !== undefined) await closeConnections(address);
  }, PATIENCE_MS);
  return async () => {
    if (address === undefined) throw new Error("The database is there within tests alone.");
    return address;
  };
}

/** Makes schemas for the tests of this file. */
export function useTestSchemas(): TestSchemas {
  const databaseOf = useTestServer();
  let made = 0;
  const unused: string[] = [];
  const empty = async (): Promise<string> => {
    made += 1;
    const schema = `test_${made}`;
    const database = await databaseOf();
    await query(database, `CREATE SCHEMA ${schema}`);
    return `${database}&options=${encodeURIComponent(`-c search_path=${schema}`)}`;
  };
  return {
    empty,
    async withTables() {
      const address = unused.pop() ?? (await empty());
      onTestFinished(async () => {
        await query(address, EMPTY_ALL);
        unused.push(address);
      });
      return address;
    },
  };
}

const EMPTY_ALL = `
  DROP TRIGGER IF EXISTS a_full ON messages; DROP TRIGGER IF EXISTS a_full ON conversations;
  TRUNCATE model_profiles, conversations, messages, writers, reply_parts, images, client_keys, generations, message_search,
    title_search RESTART IDENTITY`;

/** Opens stores, each in a schema of its own. */
export function openInSchemas(schemas: TestSchemas): OpenStore {
  return async () => await openPostgresqlTestStore(await schemas.withTables());
}

/** A store at this address, closed after the test. */
export async function openPostgresqlTestStore(
  url: string,
  options: WriterLeaseOptions = {},
): Promise<TestStore> {
  const open = async (): Promise<{ store: ConversationStore; own: UserStore }> => {
    const store = await openPostgresqlStore({ url, defaultAgent: "architect", ...options });
    onTestFinished(() => store.close());
    return { store, own: ownOf(store) };
  };
  return {
    ...(await open()),
    raw: {
      async exec(sql) {
        await query(url, sql);
      },
      get: async (sql) => (await query(url, sql))[0],
      async refuseInserts(table) {
        await query(
          url,
          `CREATE TRIGGER a_full BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse('full')`,
        );
      },
      problems: async () => (await checkPostgresql(url)).problems,
    },
    openAnother: open,
    openMany: (count) =>
      Promise.all(Array.from({ length: count }, async () => elsewhere((await open()).store))),
  };
}

/** One with connections of its own is to the database what one in another process is. */
function elsewhere(store: ConversationStore): StoreElsewhere {
  const parts = { ...store.as(LOCAL_USER), replies: store.replies };
  return {
    async call(part, name, ...args) {
      const of = Object.entries(parts).find(([each]) => each === part)?.[1] ?? {};
      const calls: Record<string, (...args: unknown[]) => unknown> = Object.fromEntries(Object.entries(of));
      try {
        return { result: (await calls[name]?.(...args)) as AnswerElsewhere["result"] };
      } catch (error) {
        return { error: error instanceof WireError ? error.code : String(error) };
      }
    },
  };
}

const CONNECTION_TYPES = {
  getTypeParser: (type: number) => (type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type)),
} as pg.CustomTypesConfig;

/** The connections of tests, one for each address. */
const connections = new Map<string, Promise<pg.Client>>();

/** Closes those to a database, whatever its schema. */
async function closeConnections(database: string): Promise<void> {
  const own = [...connections].filter(([address]) => address.startsWith(database));
  await Promise.all(
    own.map(async ([address, connecting]) => {
      connections.delete(address);
      await (await connecting).end();
    }),
  );
}

/** Rows of a query past every rule of the program; counts are numbers. */
export async function query(address: string, sql: string): Promise<Record<string, unknown>[]> {
  const before = connections.get(address);
  const connecting = before ?? connect(address);
  connections.set(address, connecting);
  return (await (await connecting).query(sql)).rows;
}

async function connect(address: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: address, types: CONNECTION_TYPES });
  // The server ends before them.
  client.on("error", () => connections.delete(address));
  await client.connect();
  return client;
}
