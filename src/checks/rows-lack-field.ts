import type { Message } from "../contract/hmi-schemas.ts";
import { NotObservable } from "../harness/target-errors.ts";
import type { SeenRow } from "../targets/drivers/reply-facts.ts";

/** Where a wire's rows have a thing that the contract's rows have; what a store calls it is said elsewhere. */
const WIRE_NAMES = {
  status: "status",
  model_name: "model",
  thinking: "thought",
  usage: "prompt_tokens",
  message_id: "id",
} as const satisfies Partial<Record<keyof Message, string>>;

/**
 * For a claim about something that none of these rows tells: says what, and which setting would supply it.
 *
 * @param rows that may tell it by a word that nobody knows
 */
export function rowsLackField(field: keyof typeof WIRE_NAMES, rows: readonly SeenRow[] = []): NotObservable {
  const said = new Set(field === "status" ? rows.flatMap(({ status_said }) => status_said ?? []) : []);
  if (said.size > 0) {
    const words = [...said].map((word) => JSON.stringify(word)).join(", ");
    return new NotObservable(`what the rows' status ${words} means is not known`, [
      "contract.wire.rows.statuses",
    ]);
  }
  return new NotObservable(`the rows do not tell ${field}`, [
    `contract.wire.rows.${WIRE_NAMES[field]}`,
    `contract.store_names: messages.${field}`,
  ]);
}

/** Throws {@link NotObservable} where none of these rows has the field. */
export function requireFieldInRows(rows: readonly SeenRow[], field: keyof typeof WIRE_NAMES): void {
  if (rows.every((row) => row[field] === undefined)) throw rowsLackField(field, rows);
}

/**
 * Throws {@link NotObservable} where a row says who speaks by a word that nobody knows, and none is a person's, or none a
 * reply: it may be the one that is missed.
 */
export function requireKnownRoles(rows: readonly SeenRow[]): void {
  const spoken = rows.filter(({ message_type = "chat" }) => message_type === "chat");
  const roles = new Set(spoken.map(({ role }) => role));
  if (roles.has("user") && roles.has("assistant")) return;
  const unknown = [...roles].filter((role) => role !== "" && !KNOWN_ROLES.has(role));
  if (unknown.length === 0) return;
  const words = unknown.map((role) => JSON.stringify(role)).join(", ");
  throw new NotObservable(`what the rows' role ${words} means is not known`, ["contract.wire.rows.roles"]);
}

const KNOWN_ROLES: ReadonlySet<string> = new Set([
  "user",
  "assistant",
  "system",
  "tool",
  "function",
  "developer",
]);
