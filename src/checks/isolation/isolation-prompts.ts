import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { mixedPrompts } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked, textsOf } from "../engine-generations.ts";
import { conversationInWords } from "../row-words.ts";
import { conversationsAtOnce, foreignWords, type Voice } from "./concurrent-conversations.ts";

export const prompts = defineCheck<Context["target"], readonly Voice[]>({
  id: "isolation/prompts",
  claim: "what the engine is asked for a conversation holds nothing of another one or of another profile",
  why: "A request that is kept where others find it is overwritten by the next one, under load only.",
  lookAt: "where the prompt is built: local to the request, not a field of a service that all requests share",
  foreignWords: {
    claim: "what the engine is asked for a conversation holds nothing of another one",
  },
  needs: ["show what reached the engine"],
  collect: conversationsAtOnce,
  judge: (voices) =>
    firstBroken(voices, (voice) => judgeOne(voice, voices)) ?? {
      verdict: "holds",
      seen: `prompts at the engine at once, each with its own conversation: ${voices.length}`,
    },
});

function judgeOne(voice: Voice, voices: readonly Voice[]): Broken | undefined {
  const { sessionId, word, generations, stream, isForeign } = voice;
  const texts = generations.flatMap(textsOf).join(" ");
  const foreign = foreignWords(texts, voice, voices);
  const stolen = voices.find((other) => other !== voice && isAskedTwice(other));
  // What went to the engine in its place, where anything did.
  if (stolen === undefined) requireAsked(generations, stream);
  if (generations.length > 0 && foreign.length === 0) return undefined;
  return {
    verdict: "broken",
    expected: `for ${conversationInWords(sessionId)} a prompt with its own word, ${word}, alone`,
    found:
      generations.length === 0
        ? `no prompt with its word, and two with ${stolen?.word}`
        : `words of others: ${foreign.join(", ")}`,
    seen: stream.request,
    rows: generations,
    ...(isForeign && mixedPrompts()),
  };
}

/** Whether the same was asked of the engine more than once: in one of these requests another conversation's was meant. */
function isAskedTwice({ generations }: Voice): boolean {
  const asked = generations.map((generation) => textsOf(generation).join("\n"));
  return new Set(asked).size < asked.length;
}
