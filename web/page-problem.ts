import { ApiError } from "./api-error.ts";
import type { PageProblem } from "./chat-state.ts";
import { isUnreachable } from "./hmi-connection.ts";

/** What the page says of a call that failed; anything else that was thrown is a bug, and thrown on. */
export function pageProblemOf(error: unknown, retry: PageProblem["retry"]): PageProblem {
  if (!(error instanceof ApiError)) throw error;
  // What does not exist will not exist the next time either.
  const wanted = error.status === 404 ? null : retry;
  return { message: error.message, hint: error.hint, retry: wanted, isOutage: isUnreachable(error) };
}

/** What is left of a problem once the HMI can be reached again; null where that is nothing. */
export function afterOutage({ retry }: PageProblem): PageProblem | null {
  const message = retry === null || retry === "load" ? undefined : NOT_DONE[retry];
  return message === undefined ? null : { message, hint: "The HMI did not answer; now it does.", retry };
}

const NOT_DONE = {
  send: "The message was not sent.",
  regenerate: "The reply was not made again.",
} as const;
