import { ErrorBody } from "../../contract/common-schemas.ts";
import { Notice, Timings, Usage } from "../../contract/event-schemas.ts";
import type { AnyValues, SeenRow, WholeRow } from "../drivers/reply-facts.ts";
import type { SqlRow } from "./sql-reader.ts";
import type { StoredConversation } from "./target-store.ts";

/**
 * A row by the contract's names. A word that is none of the contract's, such as another status, stays as the store has
 * it: that is for the checks to judge. What the store has no column for is not told (pictures, and what an HMI shows of
 * several versions, are elsewhere); so is an empty status or type.
 */
export function messageIn(row: SqlRow): SeenRow {
  const told = <Name extends keyof WholeRow>(
    name: Name,
    read: (value: unknown) => WholeRow[Name] | undefined,
    column: string = name,
  ): { readonly [Told in Name]?: WholeRow[Name] } => {
    const value = Object.hasOwn(row, column) ? read(row[column]) : undefined;
    return (value === undefined ? {} : { [name]: value }) as { readonly [Told in Name]?: WholeRow[Name] };
  };
  return {
    message_id: String(row["id"]),
    session_id: String(row["session_id"]),
    ...told("model_id", keyIn),
    role: textIn(row["role"]),
    ...told("message_type", wordIn),
    content: textIn(row["content"]),
    ...told("thinking", textOrNull),
    ...told("model_name", textOrNull),
    ...told("agent_id", textIn),
    ...told("status", wordIn),
    ...told("usage", (value) => jsonIn(value, Usage)),
    ...told("timings", (value) => jsonIn(value, Timings)),
    ...told("notices", noticesIn),
    ...told("finish_reason", textOrNull),
    ...told("error", (value) => jsonIn(value, ErrorBody.shape.error)),
    ...told("timestamp", timeIn, "created_at"),
  };
}

export function conversationIn(row: SqlRow): StoredConversation {
  return { model_id: keyIn(row["model_id"]) };
}

function keyIn(value: unknown): number | null {
  return value == null ? null : Number(value);
}

function textIn(value: unknown): string {
  return value == null ? "" : String(value);
}

function textOrNull(value: unknown): string | null {
  return value == null ? null : String(value);
}

function wordIn(value: unknown): string | undefined {
  return value == null || value === "" ? undefined : String(value);
}

/** JSON, as text or as the driver has parsed it; the schema brings its fields into the contract's order. */
function jsonIn<Fields extends object>(
  value: unknown,
  schema: { safeParse(value: unknown): { data?: Fields | undefined } },
): AnyValues<Fields> | null {
  if (value == null) return null;
  const json = parsed(value);
  // What has none of the fields, or is no JSON at all, is judged as what it is.
  return schema.safeParse(json).data ?? (json as AnyValues<Fields>);
}

/** None where the store has no list there. */
function noticesIn(value: unknown): WholeRow["notices"] {
  const json = parsed(value);
  return Notice.array().safeParse(json).data ?? (Array.isArray(json) ? json : []);
}

function parsed(value: unknown): unknown {
  try {
    return typeof value === "string" ? JSON.parse(value) : value;
  } catch {
    return value;
  }
}

function timeIn(value: unknown): string {
  return value instanceof Date ? value.toISOString() : textIn(value);
}
