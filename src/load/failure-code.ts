import { messageOf, nodeErrorCode } from "../errors/thrown-error.ts";
import { textAt } from "../targets/drivers/json-place.ts";
import type { Told } from "../targets/drivers/reply-facts.ts";
import type { SeenCall } from "../targets/http-client.ts";

/** Codes are told apart by this many characters: what a back end says may be long. */
const MOST_CHARS = 60;

/** What a refusal is counted as: `429`, with the back end's own code where it gives one: `429 rate_limited`. */
export function answerCode({ status, body }: Pick<SeenCall, "status" | "body">): string {
  const code = textAt(body, "error.code");
  return (code === null ? `${status}` : `${status} ${code}`).slice(0, MOST_CHARS);
}

/** What a failure is counted as that a reply's stream tells: its code, or where it has none its words; undefined where none is told. */
export function failureCode(failure: Told | undefined): string | undefined {
  const told = failure?.code ?? failure?.message.replace(/\s+/g, " ").trim();
  return told === "" ? undefined : told?.slice(0, MOST_CHARS);
}

/** What is counted where there was no answer: Node's own word for it, such as `ECONNREFUSED`. */
export function thrownCode(error: unknown): string {
  return (nodeErrorCode(error) ?? messageOf(error)).slice(0, MOST_CHARS);
}
