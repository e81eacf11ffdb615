import type { StreamEvent } from "../src/contract/event-schemas.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the data of one message; undefined where it is no event of the contract. By hand, because the
 * contract's own schemas would make the page three times as large.
 */
export function parseStreamEvent(data: string): StreamEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return undefined;
  }
  return isStreamEvent(json) ? json : undefined;
}

function isStreamEvent(value: unknown): value is StreamEvent {
  if (!isFields(value)) return false;
  const { type } = value;
  return (
    typeof type === "string" && Object.hasOwn(GUARDS, type) && GUARDS[type as StreamEvent["type"]](value)
  );
}

/** Looks at the fields that the page uses. */
const GUARDS: Readonly<Record<StreamEvent["type"], (fields: Fields) => boolean>> = {
  started: ({ session_id, model }) => isText(session_id) && (model === null || isText(model)),
  thinking: ({ content }) => isText(content),
  notice: ({ code, message }) => isText(code) && isText(message),
  status_update: ({ status }) => isText(status),
  token: ({ content }) => isText(content),
  usage: ({ usage }) =>
    isFields(usage) &&
    [usage["prompt_tokens"], usage["completion_tokens"]].every(
      (count) => count === null || Number.isInteger(count),
    ),
  error: ({ code, message, hint }) => isText(code) && isText(message) && (hint === undefined || isText(hint)),
  done: ({ finish_reason }) => FINISH_REASONS.has(finish_reason),
};

const FINISH_REASONS = new Set<unknown>(["stop", "length", "cancelled", "error"]);

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
