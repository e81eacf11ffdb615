import type { Message } from "../../contract/hmi-schemas.ts";
import type { WireDescription } from "../../contract/wire-description.ts";
import type { SeenCall } from "../http-client.ts";
import { countAt, idAt, textAt, valueAt } from "./json-place.ts";
import { Refusal } from "./refusal.ts";
import type { SeenRow } from "./reply-facts.ts";
import { textInParts } from "./text-in-parts.ts";

type RowsDescription = NonNullable<WireDescription["rows"]>;

/** The back end's own words in its rows, as far as they were told. */
export type RowWords = Pick<RowsDescription, "roles" | "statuses">;

/** Words for who speaks that need no telling. */
const ROLES: Readonly<Record<string, Message["role"]>> = {
  user: "user",
  human: "user",
  assistant: "assistant",
  ai: "assistant",
  bot: "assistant",
  model: "assistant",
  system: "system",
};

/** Words for where a reply stands that need no telling. */
const STATUSES: Readonly<Record<string, Message["status"]>> = {
  streaming: "streaming",
  generating: "streaming",
  pending: "streaming",
  in_progress: "streaming",
  running: "streaming",
  complete: "complete",
  completed: "complete",
  done: "complete",
  finished: "complete",
  success: "complete",
  ok: "complete",
  cancelled: "cancelled",
  canceled: "cancelled",
  aborted: "cancelled",
  stopped: "cancelled",
  halted: "cancelled",
  terminated: "cancelled",
  interrupted: "interrupted",
  incomplete: "interrupted",
  error: "error",
  failed: "error",
  broken: "error",
  crashed: "error",
};

/** Where rows say of themselves what they are, and the words by which they are no part of what is said. */
const KIND_PLACES = ["message_type", "type", "kind"] as const;
const OTHER_KINDS =
  /^(?:title|summary|tag|tool|function|suggestion|follow_?up|event|log|run|step|span|trace|llm|retrieval|embedding|rerank)(?:s|_\w+)?$/i;

/** Titles, summaries and calls of tools that are shown among what is said, by their own word. */
function otherKindIn(value: unknown): string | undefined {
  return (
    KIND_PLACES.map((place) => textAt(value, place)).find(
      (word) => word !== null && OTHER_KINDS.test(word),
    ) ?? undefined
  );
}

/** What a back end's own word for where a reply stands means; undefined for one that tells nothing here. */
export function statusMeant(said: string | null | undefined): Message["status"] | undefined {
  return STATUSES[said?.toLowerCase() ?? ""];
}

/** Who speaks by this word, where that needs no telling. */
export function knownRole(word: string): Message["role"] | undefined {
  const name = word.toLowerCase();
  return Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
}

/** What one item of a list says, by the contract's names: a row, or a message with its reply, where that has come. */
export function readRows(
  value: unknown,
  session_id: string,
  rows: RowsDescription,
  answer: SeenCall,
): SeenRow[] {
  if (rows.question === undefined) return [readRow(value, session_id, rows, answer)];
  const question = readRow(
    value,
    session_id,
    { list: "", request: rows.request, text: rows.question },
    answer,
  );
  const isAnswered = (valueAt(value, rows.text) ?? null) !== null;
  return [
    { ...question, role: "user" },
    ...(isAnswered ? [{ ...readRow(value, session_id, rows, answer), role: "assistant" }] : []),
  ];
}

/** One row by the contract's names; what the description has no place for is not in it. Throws where it has no text. */
function readRow(value: unknown, session_id: string, rows: RowsDescription, answer: SeenCall): SeenRow {
  const said = valueAt(value, rows.text);
  const content = textInParts(said, "text") ?? said;
  if (typeof content !== "string" && content !== null) {
    throw new Refusal({ ...answer, body: value }, `: a row without a text at "${rows.text}"`);
  }
  const statusSaid = textAt(value, rows.status);
  const status = statusIn(statusSaid, rows);
  const speaker = textAt(value, rows.role) ?? "";
  const id = idAt(value, rows.id);
  const otherKind = otherKindIn(value);
  const tellsUsage = rows.prompt_tokens !== undefined || rows.completion_tokens !== undefined;
  const counts = [countAt(value, rows.prompt_tokens), countAt(value, rows.completion_tokens)];
  return {
    session_id,
    role: roleIn(speaker, rows),
    content: content ?? "",
    ...(id !== null && { message_id: id }),
    ...(otherKind !== undefined && { message_type: otherKind }),
    ...(rows.model !== undefined && { model_name: textAt(value, rows.model) }),
    ...(rows.thought !== undefined && { thinking: thoughtAt(value, rows.thought) }),
    ...(status !== undefined && { status }),
    ...(status === undefined && statusSaid !== null && { status_said: statusSaid }),
    ...(tellsUsage && { usage: usageIn(counts) }),
  };
}

/** Null where none is told, or it thought nothing. */
function thoughtAt(value: unknown, place: string): string | null {
  return textInParts(valueAt(value, place), "thought") || textAt(value, place);
}

/** A row of a store that is not the contract's, by the contract's words: the same that are told of the rows that are shown. */
export function withMeantWords({ status: said, message_type, ...row }: SeenRow, words: RowWords): SeenRow {
  const status = statusIn(said ?? null, words);
  return {
    ...row,
    role: roleIn(row.role, words),
    ...(message_type !== undefined && OTHER_KINDS.test(message_type) && { message_type }),
    ...(status !== undefined && { status }),
    ...(status === undefined && said !== undefined && { status_said: said }),
  };
}

/** A word that stands for none of ours stays: that is for the checks to judge. */
function roleIn(said: string, { roles = {} }: RowWords): string {
  const own = Object.entries(roles).find(([, words]) => words?.includes(said))?.[0];
  return own ?? knownRole(said) ?? said;
}

function statusIn(said: string | null, { statuses = {} }: RowWords): string | undefined {
  if (said === null) return undefined;
  const own = Object.entries(statuses).find(([, words]) => words?.includes(said))?.[0];
  return own ?? statusMeant(said);
}

/** Null where the row has none although rows have a place for it. */
function usageIn([prompt = null, completion = null]: readonly (number | null)[]): Message["usage"] {
  if (prompt === null && completion === null) return null;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt === null || completion === null ? null : prompt + completion,
  };
}
