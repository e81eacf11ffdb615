import type { EngineOptions } from "../../contract/gateway-schemas.ts";
import { ProfileAnswer } from "../../contract/profile-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { startTalk, type Talk } from "../any-wire-conversation.ts";
import { BRIEF_INSTRUCTIONS, type Context, expectAnswer } from "../contract-conversations.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { generationsFor, requireAsked } from "../engine-generations.ts";
import { converseIn, sayToFail } from "../say-and-hear.ts";
import { endedInWords, isWholeEnding, lastWord } from "../stream-endings.ts";

interface NextTurn {
  /** Of the turn that failed without a token. */
  readonly failed: SeenStream;
  /** What the engine was asked for it. */
  readonly asked: readonly SeenGeneration[];
  readonly next: SeenStream;
  /** What the engine was asked for the next one. */
  readonly generations: readonly SeenGeneration[];
  /** Why a failure cannot be heard in a stream; left out where it can. */
  readonly unheard?: string;
}

export const nextTurn = defineCheck<Context["target"], NextTurn>({
  id: "persistence/next-turn",
  claim: "a reply that failed without a word does not stand in the next prompt, and the next turn works",
  why: "Engines refuse an empty assistant turn, or answer it with another one.",
  lookAt: "the history that is made from the rows: rows without text are no turns",
  needs: ["show what reached the engine", "direct the engine", "remember conversations"],
  async collect(context) {
    const options = { stand_in_fail: "error", stand_in_fail_after: 0 };
    const talk = await startTalk(context, { name: "persistence", options });
    await generationsFor(context, "");
    // However it is told: also by an answer in place of the stream.
    const failing = await sayToFail(context, talk, `Fail. ${context.canary("fail")}`);
    const asked = await generationsFor(context, failing.sent.text);
    if (context.target.capabilities.has("show rows"))
      await settledRowsOf(context, talk, undefined, { judgesRoles: true });
    const going = await withOptions(context, talk, { num_predict: 24 });
    const { sent, stream: next } = await converseIn(context, going, `Hello ${context.canary("next")}`);
    const unheard = context.target.chat.missingAbilities["tell failures"];
    const generations = await generationsFor(context, sent.text);
    return { failed: failing.stream, asked, next, generations, ...(unheard !== undefined && { unheard }) };
  },
  judge({ failed, asked, next, generations, unheard }) {
    if (unheard !== undefined && lastWord(failed) === "done") throw new NotObservable(unheard);
    requireAsked(asked, failed);
    if (isWholeEnding(lastWord(failed))) throw new CouldNotRun("the first reply did not fail");
    const turns = generations.flatMap(({ messages }) => messages ?? []);
    const blank = turns.filter(({ role, content }) => role === "assistant" && content.trim() === "").length;
    const roles = turns.map(({ role }) => role).join(", ");
    const seen = `the first turn ${endedInWords(failed)}, the next ${endedInWords(next)}; its prompt: ${roles || "none"}`;
    // That it fails where the engine is not asked is what is claimed not to be so.
    if (isWholeEnding(lastWord(next))) requireAsked(generations, next);
    const isEndless = isWrittenWithoutEnd(next, generations);
    if (blank === 0 && (isWholeEnding(lastWord(next)) || isEndless)) {
      return { verdict: "holds", seen: isEndless ? `${seen}; that no end is told is another claim's` : seen };
    }
    const expected = "a prompt without an empty assistant turn, and a whole reply";
    return {
      verdict: "broken",
      expected,
      found: `${blank} empty turns; the next turn ${endedInWords(next)}`,
      seen,
      rows: turns,
    };
  },
});

/** Whether the engine has written a reply to its end, which came without a word of failure, and also without one of its end. */
function isWrittenWithoutEnd(stream: SeenStream, generations: readonly SeenGeneration[]): boolean {
  const isToldOf = stream.facts.some(({ kind }) => kind === "done" || kind === "failure");
  const isWritten = generations.length > 0 && generations.every(({ ended }) => ended === "done");
  return !isToldOf && isWritten && stream.end === "given-up" && textOf(stream) !== "";
}

/** The same conversation, in which the engine is told something else from now on. */
async function withOptions(context: Context, talk: Talk, options: EngineOptions): Promise<Talk> {
  const { modelId } = talk.place;
  if (modelId !== null) {
    const path = hmiRoutes.updateProfile.path({ model_id: modelId });
    // With its instructions: where no options are handed on, what directs the engine stands there.
    const body = { instructions: BRIEF_INSTRUCTIONS, settings: { options, think: false } };
    expectAnswer(await context.target.hmi.call("PUT", path, { body, signal: context.signal }), ProfileAnswer);
  }
  return { ...talk, place: { modelId, options } };
}
