/** Where a backend keeps its conversations, for those who read its rows there and not through its HMI. */
import { resolve } from "node:path";
import { isLoopback } from "./address.ts";

/** The tables and columns that are read, by the names that settings know them by, with what our own store calls them. */
export const STORE_NAMES = {
  conversations: "conversations",
  "conversations.id": "id",
  "conversations.model_id": "model_id",
  "conversations.agent_id": "agent_id",
  messages: "messages",
  "messages.id": "id",
  /** What the rows of a conversation are sorted by; for keys that do not grow, such as UUIDs, a time. */
  "messages.order": "id",
  "messages.session_id": "conversation_id",
  "messages.model_id": "model_id",
  "messages.role": "role",
  "messages.message_type": "message_type",
  "messages.content": "content",
  "messages.thinking": "thinking",
  "messages.model_name": "model_name",
  "messages.agent_id": "agent_id",
  "messages.status": "status",
  "messages.usage": "usage",
  "messages.timings": "timings",
  "messages.notices": "notices",
  "messages.finish_reason": "finish_reason",
  "messages.error": "error",
  "messages.created_at": "created_at",
} as const satisfies Record<string, string>;

export type StoreName = keyof typeof STORE_NAMES;

/** The backend's own names, where they are others. */
export type ForeignStoreNames = { readonly [Name in StoreName]?: string | undefined };

/** Where a store is. */
export type StoreAddress =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgresql"; readonly url: string };

/**
 * Reads the address of a store: `sqlite:///srv/chat.db`, `sqlite:chat.db`, `postgresql://user:password@host/db`.
 * A text says what is wrong with it; the address is not in there, because it may hold a password.
 */
export function readStoreAddress(text: string): StoreAddress | string {
  const [, scheme, rest = ""] = /^(\w+):(.*)$/s.exec(text) ?? [];
  if (scheme === "sqlite") {
    const path = rest.replace(/^\/\/(?=\/)/, "");
    return path === "" || path.startsWith("//") ? SQLITE_FORMS : { kind: "sqlite", path };
  }
  if (scheme !== "postgresql" && scheme !== "postgres") return FORMS;
  return URL.canParse(withHost(text))
    ? { kind: "postgresql", url: text }
    : "is no URL: a password's @ : / ? # are written as %40 and so on";
}

/** Whether only this machine reaches a PostgreSQL database by this address: by loopback, or by a socket. */
export function isOnThisMachine(address: string): boolean {
  const { hostname, searchParams } = postgresqlUrl(address);
  const host = searchParams.get("host") ?? decodeURIComponent(hostname).replace(/^\[(.*)\]$/, "$1");
  return host === "" || host.startsWith("/") || isLoopback(host);
}

/** The address of a PostgreSQL database as a URL, also where it has a user and no host, which the folder of a socket is in place of. */
export function postgresqlUrl(address: string): URL {
  return new URL(withHost(address));
}

/** `postgresql://user@/database` is an address to PostgreSQL's own programs, and none by the rules of URLs. */
function withHost(address: string): string {
  return address.replace(/^(\w+:\/\/[^/?#@]*@)(?=[/?#])/, "$1localhost");
}

/**
 * A PostgreSQL database as messages name it: `chat at 10.0.0.1:5432`. A socket's folder may stand in the query; a password is
 * in neither.
 */
export function postgresqlName(url: string): string {
  const { host, pathname, searchParams } = postgresqlUrl(url);
  return `${pathname.slice(1)} at ${searchParams.get("host") ?? (decodeURIComponent(host) || "localhost")}`;
}

const SQLITE_FORMS =
  "must name a file: sqlite:///srv/chat.db, or sqlite:chat.db from the configuration's folder";
const FORMS = "must be sqlite:///path/of/chat.db or postgresql://user@host/database";

/** The address with the path of a SQLite file made absolute, a relative one being meant from `folder`. */
export function withAbsolutePath(address: string, folder: string): string {
  const read = readStoreAddress(address);
  return typeof read === "string" || read.kind !== "sqlite"
    ? address
    : `sqlite:${resolve(folder, read.path)}`;
}

/** What is wrong with the name of a table (`chat.messages` names one of another schema) or column; undefined: nothing. */
export function problemOfStoreName(name: string, given: string): string | undefined {
  const parts = name.includes(".") ? [given] : given.split(".");
  if (parts.length <= 2 && parts.every((part) => IDENTIFIER.test(part))) return undefined;
  return "must be a name as the database has it: letters, digits and _, at most 63";
}

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_$]{0,62}$/u;
