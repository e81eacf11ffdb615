import { ErrorBody } from "../../contract/common.ts";
import { Notice, Timings, Usage } from "../../contract/events.ts";
import type { Message } from "../../contract/hmi.ts";
import type { SqlRow } from "./sql-reader.ts";
import type { StoredConversation } from "./store.ts";

/**
 * A row in the contract's shape. A word that is none of the contract's, such as another status, stays as the
 * store has it: that is for the checks to judge. A column that the store lacks is as if it were empty, its
 * status `complete` and its type `chat`.
 */
export function messageIn(row: SqlRow): Message {
  return {
    message_id: String(row["id"]),
    session_id: String(row["session_id"]),
    model_id: keyIn(row["model_id"]),
    role: textIn(row["role"]) as Message["role"],
    message_type: textIn(row["message_type"] ?? "chat") as Message["message_type"],
    content: textIn(row["content"]),
    thinking: row["thinking"] == null ? null : textIn(row["thinking"]),
    // Kept in a table of their own, by those who keep them.
    images: [],
    model_name: row["model_name"] == null ? null : textIn(row["model_name"]),
    agent_id: textIn(row["agent_id"]),
    status: textIn(row["status"] ?? "complete") as Message["status"],
    usage: jsonIn(row["usage"], Usage),
    timings: jsonIn(row["timings"], Timings),
    notices: jsonIn(row["notices"], Notice.array()) ?? [],
    finish_reason:
      row["finish_reason"] == null ? null : (textIn(row["finish_reason"]) as Message["finish_reason"]),
    error: jsonIn(row["error"], ErrorBody.shape.error),
    timestamp: timeIn(row["created_at"]),
    // What an HMI shows of several versions is not in these columns.
    parent_id: null,
    versions: [],
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

/** JSON, as text or as the driver has parsed it; the schema brings its fields into the contract's order. */
function jsonIn<Value>(
  value: unknown,
  schema: { safeParse(value: unknown): { data?: Value | undefined } },
): Value | null {
  if (value == null) return null;
  let json = value;
  try {
    if (typeof value === "string") json = JSON.parse(value);
  } catch {
    // What is no JSON is judged as what it is.
  }
  return schema.safeParse(json).data ?? (json as Value | null);
}

function timeIn(value: unknown): string {
  return value instanceof Date ? value.toISOString() : textIn(value);
}
