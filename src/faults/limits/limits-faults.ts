import type { Fault } from "../fault.ts";
import { emptyReplyAsComplete } from "./empty-reply-as-complete.ts";
import { rateLimitAsEngineError } from "./rate-limit-as-engine-error.ts";
import { repeatingNotTold } from "./repeating-not-told.ts";
import { replyLimitMissing } from "./reply-limit-missing.ts";
import { summaryWithoutOptions } from "./summary-without-options.ts";
import { timeoutAsSuccess } from "./timeout-as-success.ts";
import { windowForgotten } from "./window-forgotten.ts";

/** The bugs that the suite `limits` must catch, in the order in which they are told. */
export const limitsFaults: readonly Fault[] = [
  emptyReplyAsComplete,
  rateLimitAsEngineError,
  repeatingNotTold,
  replyLimitMissing,
  summaryWithoutOptions,
  timeoutAsSuccess,
  windowForgotten,
];
