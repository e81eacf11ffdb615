import type { Message } from "../../../contract/hmi-schemas.ts";
import type { SeenCall } from "../../http-client.ts";
import { countAt, idAt, textAt, valueAt } from "../json-place.ts";
import { Refusal } from "../refusal.ts";
import type { SeenRow } from "../reply-facts.ts";

/** What is shown of a chat, oldest first: its messages are a tree, and the way from the current one up is shown. */
export function openWebuiRows(answer: SeenCall, session_id: string): readonly SeenRow[] {
  const messages = valueAt(answer.body, "chat.history.messages");
  if (answer.status >= 300 || typeof messages !== "object" || messages === null) throw new Refusal(answer);
  const rows: SeenRow[] = [];
  const seen = new Set<string>();
  let id = currentReply(answer);
  while (id !== null && !seen.has(id)) {
    seen.add(id);
    const message = (messages as Readonly<Record<string, unknown>>)[id];
    if (message === undefined) break;
    rows.unshift(rowOf(message, id, session_id));
    id = idAt(message, "parentId");
  }
  return rows;
}

/** The message that a next one follows; null in a chat without any. */
export function currentReply({ body }: Pick<SeenCall, "body">): string | null {
  return idAt(body, "chat.history.currentId");
}

function rowOf(message: unknown, message_id: string, session_id: string): SeenRow {
  const seconds = countAt(message, "timestamp");
  const failure = valueAt(message, "error");
  const role = textAt(message, "role") === "user" ? "user" : "assistant";
  return {
    session_id,
    message_id,
    role,
    message_type: "chat",
    content: textAt(message, "content") ?? "",
    ...(seconds !== null && { timestamp: new Date(seconds * 1000).toISOString() }),
    ...(role === "assistant" && {
      model_name: textAt(message, "model"),
      ...statusOf(message, failure),
      usage: usageOf(message),
    }),
  };
}

/** That a reply is done is told, and not whether it was stopped. */
function statusOf(message: unknown, failure: unknown): Pick<SeenRow, "status"> {
  if (failure !== undefined && failure !== null && failure !== false) return { status: "error" };
  return valueAt(message, "done") === true ? {} : { status: "streaming" };
}

function usageOf(message: unknown): Message["usage"] {
  const prompt_tokens = countAt(message, "usage.prompt_tokens");
  const completion_tokens = countAt(message, "usage.completion_tokens");
  const total_tokens = countAt(message, "usage.total_tokens");
  return prompt_tokens === null && completion_tokens === null
    ? null
    : { prompt_tokens, completion_tokens, total_tokens };
}
