import type { SeenCall, SeenStream } from "../http-client.ts";
import { answerWords } from "./refusal.ts";
import type { TimedFact } from "./reply-facts.ts";

/**
 * What a back end tells that answers an error with success, in place of the reply's stream: that the message failed, in
 * its own words. Undefined where anything of a reply came, or the answer is not one that tells an error.
 */
export function failureByAnswer(stream: SeenStream): TimedFact | undefined {
  const { status, body, facts, end, duration_ms } = stream;
  const isAnswer = status < 300 && end === "closed" && facts.length === 0;
  if (!isAnswer || !tellsError(body)) return undefined;
  return { kind: "failure", code: null, message: `answered ${answerWords(stream)}`, at_ms: duration_ms };
}

/** Whether such an answer is all that came in place of a reply's stream: the message was refused. */
export function isRefusalForStream({ status, body, facts }: SeenStream): boolean {
  return status < 300 && tellsError(body) && facts.every(({ kind }) => kind === "failure" || kind === "done");
}

/**
 * Whether a message was refused by an answer with success: it tells an error, and none of what it should name.
 *
 * @param told what the answer names of the message; null for what it does not
 */
export function isRefusedWithSuccess(
  { status, body }: Pick<SeenCall, "status" | "body">,
  told: readonly (string | null)[],
): boolean {
  const isObject = typeof body === "object" && body !== null;
  return (
    status < 300 && isObject && "error" in body && Boolean(body.error) && told.every((id) => id === null)
  );
}

function tellsError(body: unknown): boolean {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return false;
  const { error, detail, message } = body as Record<string, unknown>;
  return Boolean(error) || Boolean(detail) || (typeof message === "string" && message !== "");
}
