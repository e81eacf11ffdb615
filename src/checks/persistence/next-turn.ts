import type { GenerationRecord } from "../../contract/engine.ts";
import { ProfileAnswer } from "../../contract/hmi.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/check.ts";
import type { SeenStream } from "../../target/http.ts";
import { generationsFor } from "../engine-record.ts";
import { converse, readSettledRows } from "../reading.ts";
import { BRIEF_INSTRUCTIONS, type Context, expectAnswer, makeProfile, makeSession } from "../stage.ts";
import { isWhole, lastWord } from "../stream-words.ts";

interface NextTurn {
  /** Of the turn that failed without a token. */
  readonly failed: SeenStream;
  readonly next: SeenStream;
  /** What the engine was asked for the next one. */
  readonly generations: readonly GenerationRecord[];
}

export const nextTurn = defineCheck<Context["target"], NextTurn>({
  id: "persistence/next-turn",
  claim: "a reply that failed without a word does not stand in the next prompt, and the next turn works",
  why: "Engines refuse an empty assistant turn, or answer it with another one.",
  lookAt: "the history that is made from the rows: rows without text are no turns",
  needs: ["show what reached the engine", "direct the engine"],
  async collect(context) {
    const options = { stand_in_fail: "error", stand_in_fail_after: 0 };
    const model_id = await makeProfile(context, { name: "persistence", options });
    const sessionId = await makeSession(context, model_id);
    await generationsFor(context, "");
    const failed = await converse(context, sessionId, `Fail. ${context.canary("fail")}`);
    await readSettledRows(context, sessionId);
    const path = hmiRoutes.updateProfile.path({ model_id });
    // With its instructions: where no options are handed on, what directs the engine stands there.
    const body = {
      instructions: BRIEF_INSTRUCTIONS,
      settings: { options: { num_predict: 24 }, think: false },
    };
    expectAnswer(await context.target.hmi.call("PUT", path, { body, signal: context.signal }), ProfileAnswer);
    const asked = `Hello ${context.canary("next")}`;
    const next = await converse(context, sessionId, asked);
    return { failed, next, generations: await generationsFor(context, asked) };
  },
  judge({ failed, next, generations }) {
    if (isWhole(lastWord(failed))) throw new CouldNotRun("the first reply did not fail");
    const turns = generations.flatMap(({ messages }) => messages ?? []);
    const blank = turns.filter(({ role, content }) => role === "assistant" && content.trim() === "").length;
    const roles = turns.map(({ role }) => role).join(", ");
    const seen = `the first turn ended with ${lastWord(failed)}, the next with ${lastWord(next)}; its prompt: ${roles || "none"}`;
    if (generations.length === 0 && isWhole(lastWord(next))) {
      throw new CouldNotRun("nothing reached the engine that is watched");
    }
    if (blank === 0 && isWhole(lastWord(next))) return { verdict: "holds", seen };
    const expected = "a prompt without an empty assistant turn, and a whole reply";
    return {
      verdict: "broken",
      expected,
      found: `${blank} empty turns; ${lastWord(next)}`,
      seen,
      rows: turns,
    };
  },
});
