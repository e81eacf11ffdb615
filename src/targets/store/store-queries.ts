import { type ForeignStoreNames, STORE_NAMES, type StoreName } from "../../contract/store-address.ts";
import { UserError } from "../../errors/user-error.ts";
import { quotedName, type SqlReader } from "./sql-reader.ts";

/** One value each, the key of a conversation. The columns of what they find are those of `STORE_NAMES`. */
export interface StoreQueries {
  readonly messages: string;
  readonly conversation: string;
}

/** Without these there are no rows to judge. What else a store lacks is left out of the rows. */
export const REQUIRED: ReadonlySet<string> = new Set<StoreName>([
  "conversations.id",
  "messages.id",
  "messages.order",
  "messages.session_id",
  "messages.role",
  "messages.content",
]);

/** Columns that a message has from its conversation, where its own table is without them. */
const INHERITED = ["model_id", "agent_id"] as const;

/**
 * The queries for a store, by what its tables have. Throws a UserError `config_invalid` that names every table
 * and column that is missing, and what there is.
 */
export async function queriesFor(reader: SqlReader, names: ForeignStoreNames): Promise<StoreQueries> {
  const all = { ...STORE_NAMES, ...names } as Record<StoreName, string>;
  const tables = {
    messages: await reader.columnsOf(all.messages),
    conversations: await reader.columnsOf(all.conversations),
  };
  const has = (name: StoreName): boolean => tables[tableOf(name)].includes(all[name]);
  requireNames(all, tables, has);

  const column = (name: StoreName): string => `${tableOf(name)}.${quotedName(all[name])}`;
  const columnsOf = (table: TableName): string[] =>
    COLUMNS.filter((name) => tableOf(name) === table && has(name)).map(
      (name) => `${column(name)} AS ${quotedName(name.slice(table.length + 1))}`,
    );
  const from = (table: TableName): string => `${quotedName(all[table])} AS ${table}`;
  const inherited = INHERITED.filter((name) => !has(`messages.${name}`) && has(`conversations.${name}`)).map(
    (name) => `${column(`conversations.${name}`)} AS ${quotedName(name)}`,
  );
  const join =
    inherited.length === 0
      ? ""
      : ` LEFT JOIN ${from("conversations")} ON ${column("conversations.id")} = ${column("messages.session_id")}`;
  return {
    messages: [
      `SELECT ${[...columnsOf("messages"), ...inherited].join(", ")} FROM ${from("messages")}${join}`,
      `WHERE ${column("messages.session_id")} = ${reader.placeholder}`,
      `ORDER BY ${column("messages.order")}, ${column("messages.id")}`,
    ].join(" "),
    conversation: [
      `SELECT ${columnsOf("conversations").join(", ")} FROM ${from("conversations")}`,
      `WHERE ${column("conversations.id")} = ${reader.placeholder}`,
    ].join(" "),
  };
}

type TableName = "messages" | "conversations";

const COLUMNS = (Object.keys(STORE_NAMES) as StoreName[]).filter((name) => name.includes("."));

function tableOf(name: StoreName): TableName {
  return name.startsWith("messages") ? "messages" : "conversations";
}

function requireNames(
  names: Record<StoreName, string>,
  tables: Record<TableName, readonly string[]>,
  has: (name: StoreName) => boolean,
): void {
  const problems = (["conversations", "messages"] as const).flatMap((table) => {
    if (tables[table].length === 0)
      return [`there is no table ${names[table]} (contract.store_names: ${table})`];
    const missing = COLUMNS.filter((name) => tableOf(name) === table && REQUIRED.has(name) && !has(name));
    const found = tables[table].join(", ");
    return missing.map(
      (name) => `${names[table]} has ${found}, and no ${names[name]} (contract.store_names: ${name})`,
    );
  });
  if (problems.length === 0) return;
  throw new UserError("config_invalid", `The store is not as expected: ${problems.join("; ")}.`, {
    hint: "Say in contract.store_names what it calls them, such as messages.session_id: chat_id.",
  });
}
