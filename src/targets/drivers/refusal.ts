import type { SeenCall } from "../http-client.ts";

/** Longest quotation of an answer, in characters. */
const MOST_CHARS = 300;

type Answered = Pick<SeenCall, "request" | "status" | "body" | "said">;

/** What was answered in place of what was hoped for, in the answer's own words: `POST /api/chat answered 422: ...`. */
export function refusedWords({ request, ...answer }: Answered): string {
  return `${request} answered ${answerWords(answer)}`;
}

/** The same without the call: `422: ...`. */
export function answerWords({ status, body, said }: Pick<Answered, "status" | "body" | "said">): string {
  const words = wordsIn({ body, said }).replace(/\s+/g, " ").trim().slice(0, MOST_CHARS);
  return `${status}${words === "" ? ", and no word" : `: ${words}`}`;
}

/** The sentence in a body that says what is wrong, wherever back ends put it; else the body as its server said it. */
export function wordsIn({ body, said: own = body }: Pick<Answered, "body" | "said">): string {
  if (typeof body !== "object" || body === null) return String(body ?? "");
  const { error, detail, message } = body as Record<string, unknown>;
  const said = error ?? detail ?? message ?? own;
  if (typeof said === "string") return said;
  const inner = (said as { message?: unknown }).message;
  return typeof inner === "string" ? inner : JSON.stringify(said);
}

/** How back ends say that there is no such model, or not for whoever asks; what a model does not support is not that. */
const NO_SUCH_MODEL =
  /\b(?:invalid|unknown|no such|no) model\b|\bmodel\b.{0,120}\b(?:not found|(?:not|n't) exist|not (?:available|installed|allowed))|\baccess (?:to )?(?:the )?model\b/i;

/** Whether an answer's words refuse the model that was asked for, and not the message. */
export function isModelRefused(words: string, model: string | null): boolean {
  return model !== null && NO_SUCH_MODEL.test(words);
}

/** An answer that is not the one that was hoped for; its message quotes the answer. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly answer: Answered;

  constructor(answer: Answered, more = "") {
    super(`${refusedWords(answer)}${more}`);
    this.answer = answer;
  }
}

/** Whether something answered, if not as hoped. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Refusal;
}
