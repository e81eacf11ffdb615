import type { Fault } from "../fault.ts";
import { asSuccess, changingEndings } from "./other-ending.ts";

/** A blank bubble that looks finished. */
export const emptyReplyAsComplete: Fault = {
  name: "empty-reply-as-complete",
  story: "A reply without any text is told as complete.",
  seenIn: "the contract, section 1: a reply that ends without any text is an error, empty_reply",
  caughtBy: ["limits/empty-reply"],
  overrides: (onApplied) => ({ wire: { gateway: changingEndings("empty_reply", asSuccess, onApplied) } }),
};
