import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { textsOf } from "../engine-generations.ts";
import { type Edited, edited } from "./edited-message.ts";

export const editedPrompt = defineCheck<Context["target"], Edited>({
  id: "regenerate/edited-prompt",
  claim: "nothing of the way that was left is in the prompt of an edited message",
  why: "The model goes on about what the person has taken back, and nobody sees why.",
  lookAt: "what a prompt is made of: the messages that are shown, not all that the conversation has",
  needs: ["speak the contract", "show what reached the engine"],
  collect: edited,
  judge({ before, answer, generations }) {
    if (answer.status !== 200) throw new CouldNotRun(`${answer.request} answered ${answer.status}`);
    const texts = generations.flatMap((generation) => textsOf(generation));
    const left = before.filter(({ role }) => role === "user").map(({ content }) => content);
    const found = left.filter((content) => texts.some((text) => text.includes(content)));
    const seen = `the engine was given ${texts.length} texts for the edited message`;
    if (texts.length > 0 && found.length === 0) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: "a prompt with the edited message, and without those that it has taken the place of",
      found: found.length === 0 ? "no prompt" : `in the prompt: ${found.join(", ")}`,
      seen,
      rows: texts,
    };
  },
});
