import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import { mixedPrompts, mixedStreams } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { conversationInWords } from "../row-words.ts";
import { conversationsAtOnce, foreignWords, isPromptMixed, type Voice } from "./concurrent-conversations.ts";

export const streams = defineCheck<Context["target"], readonly Voice[]>({
  id: "isolation/streams",
  claim: "a reader gets the words of its own conversation, also while others are answered",
  why: "BerriAI/litellm#13551: one user's reply was streamed to another.",
  lookAt: "what a running reply is kept in: anything that two replies share, and how a reader finds its own",
  needs: [],
  collect: conversationsAtOnce,
  judge(voices) {
    const broken = firstBroken(voices, (voice) => judgeOne(voice, voices));
    if (broken !== undefined) return broken;
    const own = voices.filter(({ stream, word }) => textOf(stream).includes(word)).length;
    if (own === 0)
      throw new NotObservable("no reply says the word that it was asked to repeat: it could be anybody's");
    const seen = `replies streamed at once: ${voices.length}, with their own words: ${own}, with words of others: none`;
    const together = voices.filter(({ isOnOneConnection = false }) => isOnOneConnection).length;
    return { verdict: "holds", seen: together === 0 ? seen : `${seen}; on one connection: ${together}` };
  },
});

function judgeOne(voice: Voice, voices: readonly Voice[]): Broken | undefined {
  return judgeWords(voice, voices) ?? judgeNames(voice, voices);
}

/** Of a reply whose frames bear the name of another conversation that is being answered. */
function judgeNames({ stream, sessionId }: Voice, voices: readonly Voice[]): Broken | undefined {
  const stray = stream.strayNames?.filter((name) => voices.some((other) => other.sessionId === name)) ?? [];
  if (stray.length === 0) return undefined;
  return {
    verdict: "broken",
    expected: `on one connection, frames of the reply in ${conversationInWords(sessionId)} with the name of that`,
    found: `frames of it with the name of ${stray.map(conversationInWords).join(", ")}`,
    seen: `two conversations were answered at once on one WebSocket: ${stream.request}`,
  };
}

function judgeWords(voice: Voice, voices: readonly Voice[]): Broken | undefined {
  const { stream, sessionId, word, isForeign } = voice;
  // Also what is not text: titles, details, ids.
  const bytes = stream.chunks.map(({ latin1 }) => latin1).join("");
  const foreign = foreignWords(`${textOf(stream)} ${bytes}`, voice, voices);
  if (foreign.length === 0) return undefined;
  return {
    verdict: "broken",
    expected: `in the stream of ${conversationInWords(sessionId)} its own word, ${word}, alone`,
    found: `words of other conversations: ${foreign.join(", ")}`,
    seen: `${stream.request} said ${JSON.stringify(textOf(stream).slice(0, 200))}`,
    ...(isForeign && (isPromptMixed(voice, voices) ? mixedPrompts() : mixedStreams())),
  };
}
