import type { Fault } from "../fault.ts";
import { handleLeftReplies } from "../tools/handle-left-replies.ts";

export const leftReplyStaysStreaming: Fault = {
  name: "left-reply-stays-streaming",
  story: "An HMI that starts looks at no reply that an earlier one left: its row is streaming for ever.",
  seenIn: "the contract, section 1: the next HMI finds such rows and rejoins their generation",
  caughtBy: ["drill/hmi-settled", "drill/hmi-next"],
  alsoStops: ["drill/hmi-shown"],
  actsIn: ["drill"],
  overrides: (onApplied) => ({ store: (store) => handleLeftReplies(store, async () => onApplied()) }),
};
