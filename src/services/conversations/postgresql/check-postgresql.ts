import type { ClientBase } from "pg";
import { postgresqlName } from "../../../contract/store-address.ts";
import { UserError } from "../../../errors/user-error.ts";
import { COUNTED_FAULTS, type DatabaseCheck, leftReplies } from "../sql/database-check.ts";
import { versionOfPostgresql } from "./migrate-postgresql.ts";
import { postgresqlUnreadable } from "./postgresql-errors.ts";
import { POSTGRESQL_SCHEMA_VERSION } from "./postgresql-migrations.ts";
import { createPostgresqlPool } from "./postgresql-pool.ts";
import { inPostgresql } from "./postgresql-statements.ts";

/**
 * Looks at the database without changing it, also while services use it. Throws a UserError: `database_missing`,
 * `database_unreadable` or `database_too_new`.
 */
export async function checkPostgresql(url: string): Promise<DatabaseCheck> {
  const name = postgresqlName(url);
  const pool = createPostgresqlPool(url);
  try {
    const client = await pool.connect();
    try {
      // What it tells is of one moment.
      await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      return await look(client, name);
    } finally {
      client.release(true);
    }
  } catch (error) {
    throw postgresqlUnreadable(error, name, "read");
  } finally {
    await pool.end();
  }
}

async function look(client: ClientBase, name: string): Promise<DatabaseCheck> {
  const version = await versionOfPostgresql(client, name);
  if (version === 0) {
    throw new UserError("database_missing", `The database ${name} has no tables of this stack.`, {
      hint: "`stack up` makes them; another database is named by the setting store.url.",
    });
  }
  const isPresent = version === POSTGRESQL_SCHEMA_VERSION;
  const count = (query: string): Promise<number> => countOf(client, query);
  const problems = isPresent ? [...(await missingRules(client)), ...(await brokenRules(client))] : [];
  const live = "SELECT token FROM writers WHERE lives_until > now()";
  const streaming = {
    owned: await count(
      `SELECT count(*) AS n FROM messages WHERE status = 'streaming' AND writer IN (${live})`,
    ),
    left: await count(
      `SELECT count(*) AS n FROM messages WHERE status = 'streaming' AND (writer IS NULL OR writer NOT IN (${live}))`,
    ),
  };
  return {
    ok: problems.length === 0,
    path: name,
    schema_version: version,
    size_bytes: await count("SELECT pg_database_size(current_database()) AS n"),
    free_bytes: null,
    profiles: await count("SELECT count(*) AS n FROM model_profiles"),
    conversations: await count("SELECT count(*) AS n FROM conversations"),
    messages: await count("SELECT count(*) AS n FROM messages"),
    streaming,
    problems,
    notes: [
      ...(isPresent ? [] : [`the next start brings it to schema version ${POSTGRESQL_SCHEMA_VERSION}`]),
      ...leftReplies(streaming),
    ],
  };
}

/** What holds the contract's rules in the database, by its name; see postgresql-migrations.ts. */
const TRIGGERS = [
  "model_profiles_stay",
  "conversations_stay",
  "messages_stay",
  "messages_keep_their_place",
  "messages_hide_no_other",
  "messages_replace_their_own",
  "messages_counted",
  "messages_discounted",
  "message_search_kept",
  "title_search_insert",
  "title_search_update",
];
const UNIQUE_INDEXES = [
  "conversations_one_active",
  "messages_one_streaming",
  "messages_one_chosen",
  "messages_client_key",
  "messages_replacing",
];
/** How many foreign keys each table has. */
const FOREIGN_KEYS: Readonly<Record<string, number>> = {
  conversations: 1,
  messages: 4,
  client_keys: 1,
  images: 1,
};

async function missingRules(client: ClientBase): Promise<string[]> {
  const namesOf = async (query: string): Promise<ReadonlySet<string>> =>
    new Set((await client.query(query)).rows.map(({ name }) => String(name)));
  const inSchema = "relnamespace = current_schema()::regnamespace";
  const triggers = await namesOf(
    `SELECT tgname AS name FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE ${inSchema} AND tgenabled <> 'D'`,
  );
  const indexes = await namesOf(
    `SELECT relname AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE ${inSchema} AND indisunique AND indisvalid`,
  );
  const { rows } = await client.query(
    `SELECT relname AS name, count(*)::int AS n FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
      WHERE ${inSchema} AND contype = 'f' AND convalidated GROUP BY relname`,
  );
  const keys = new Map(rows.map(({ name, n }) => [name, n]));
  return [
    ...TRIGGERS.filter((name) => !triggers.has(name)).map((name) => `the trigger ${name} is missing`),
    ...UNIQUE_INDEXES.filter((name) => !indexes.has(name)).map((name) => `the index ${name} is missing`),
    ...Object.entries(FOREIGN_KEYS).flatMap(([table, wanted]) =>
      (keys.get(table) ?? 0) < wanted ? [`${table} has lost a foreign key`] : [],
    ),
  ];
}

async function brokenRules(client: ClientBase): Promise<string[]> {
  const broken: string[] = [];
  for (const [what, sql] of Object.entries(COUNTED_FAULTS)) {
    const count = await countOf(client, inPostgresql(sql));
    if (count > 0) broken.push(`${what}: ${count}`);
  }
  return broken;
}

async function countOf(client: ClientBase, sql: string): Promise<number> {
  return Number((await client.query(sql)).rows[0]?.n);
}
