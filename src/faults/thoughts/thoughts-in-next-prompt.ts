import type { Fault } from "../fault.ts";
import { withUserMethod } from "../tools/wrap-store.ts";

/** Row 57. */
export const thoughtsInNextPrompt: Fault = {
  name: "thoughts-in-next-prompt",
  story: "What the model thought is sent back to it with what it said.",
  seenIn: "QwenLM/Qwen-Agent#640",
  caughtBy: ["thoughts/not-sent"],
  actsIn: ["thoughts"],
  overrides: (onApplied) => ({
    store: (store) =>
      withUserMethod(store, "messages", "history", (own) => async (sessionId) => {
        const history = await own.messages.history(sessionId);
        const messages = history.messages.map((row) => {
          if (row.thinking === null || row.content === "") return row;
          onApplied();
          return { ...row, content: `<think>${row.thinking}</think>${row.content}` };
        });
        return { ...history, messages };
      }),
  }),
};
