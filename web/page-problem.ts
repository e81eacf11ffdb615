import { ApiError } from "./api-error.ts";
import type { PageProblem } from "./chat-state.ts";

/** What the page says of a call that failed; anything else that was thrown is a bug, and thrown on. */
export function pageProblemOf(error: unknown, retry: PageProblem["retry"]): PageProblem {
  if (!(error instanceof ApiError)) throw error;
  // What does not exist will not exist the next time either.
  return { message: error.message, hint: error.hint, retry: error.status === 404 ? null : retry };
}
