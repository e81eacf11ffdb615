import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { askedTwice, mixedPrompts } from "../common-causes.ts";
import type { Context } from "../contract-conversations.ts";
import { requireAsked, textsOf } from "../engine-generations.ts";
import { conversationsAtOnce, isPromptMixed, type Voice } from "./concurrent-conversations.ts";

export const oneRequest = defineCheck<Context["target"], readonly Voice[]>({
  id: "isolation/one-request",
  claim: "one message is one request at the engine: no second stream, and no title before the reply",
  why: "open-webui/open-webui#28413: the call for a title takes the engine's only slot, and the reply waits.",
  lookAt: "what is asked of the engine when a message comes: the reply, once, and nothing before it",
  needs: ["show what reached the engine"],
  collect: conversationsAtOnce,
  judge: (voices) =>
    firstBroken(voices, (voice) => judgeOne(voice, voices)) ?? {
      verdict: "holds",
      seen: `messages, each with one request at the engine: ${voices.length}`,
    },
});

function judgeOne(voice: Voice, voices: readonly Voice[]): Broken | undefined {
  const { asked, stream, isForeign } = voice;
  const generations = isForeign ? inTheWay(voice) : voice.generations;
  const isTheReply = generations.every((generation) => textsOf(generation).at(-1)?.includes(asked));
  requireAsked(voice.generations, stream);
  if (generations.length <= 1 && isTheReply) return undefined;
  return {
    verdict: "broken",
    expected: "one request at the engine, for the reply",
    found: `requests: ${generations.length}${isTheReply ? "" : ", one of them for something else"}`,
    seen: stream.request,
    rows: generations,
    ...(isForeign && isTheReply && askedTwice("any")),
    // In one of these requests another conversation's was meant.
    ...(voices.some((each) => isPromptMixed(each, voices)) && mixedPrompts()),
  };
}

/**
 * Without what was asked when the reply had begun, such as a title: on a wire that is not ours it may be asked then, and
 * nobody waits for it.
 */
function inTheWay({ generations, asked }: Voice): Voice["generations"] {
  const reply = generations.find((generation) => textsOf(generation).at(-1) === asked);
  const begun = reply?.first_token_at ?? reply?.ended_at ?? null;
  if (reply === undefined || begun === null) return generations;
  const isReply = (generation: (typeof generations)[number]): boolean => textsOf(generation).at(-1) === asked;
  return generations.filter((generation) => isReply(generation) || generation.started_at < begun);
}
