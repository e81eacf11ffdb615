import type { SeenCall } from "../http.ts";
import { valueAt } from "./json-place.ts";

/** Longest quotation of an answer, in characters. */
const MOST_CHARS = 300;

/** What was answered in place of what was hoped for, in the answer's own words: `POST /api/chat answered 422: ...`. */
export function refusedWords({
  request,
  status,
  body,
}: Pick<SeenCall, "request" | "status" | "body">): string {
  const words = wordsIn(body).replace(/\s+/g, " ").trim().slice(0, MOST_CHARS);
  return `${request} answered ${status}${words === "" ? ", and no word" : `: ${words}`}`;
}

/** The sentence in a body that says what is wrong, wherever back ends put it; else the body. */
function wordsIn(body: unknown): string {
  if (body === null || body === undefined) return "";
  const said = ["error.message", "error", "detail", "message"]
    .map((place) => valueAt(body, place))
    .find((value) => value !== undefined);
  const words = said ?? body;
  return typeof words === "string" ? words : JSON.stringify(words);
}

/** An answer that is not the one that was hoped for; its message quotes the answer. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly answer: Pick<SeenCall, "request" | "status" | "body">;

  constructor(answer: Pick<SeenCall, "request" | "status" | "body">, more = "") {
    super(`${refusedWords(answer)}${more}`);
    this.answer = answer;
  }
}

/** Whether something answered, if not as hoped. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Refusal;
}
