import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import type { Context } from "../contract-conversations.ts";
import { textsOf } from "../engine-generations.ts";
import { OPTIONS, type OutgrownConversation, outgrowWindow } from "./outgrown-conversation.ts";

/** Most tokens of a summary (contract, section 3). */
const MOST_TOKENS = 512;

export const summaryOptions = defineCheck<Context["target"], OutgrownConversation>({
  id: "limits/summary-options",
  claim: "a summary is asked for with the profile's own options, and with a limit of its own",
  why: "Asked for with another num_ctx, it makes the engine load the model anew, twice; without a limit it may never end.",
  lookAt: "the request for a summary: the options of the conversation's profile, and num_predict",
  needs: ["speak the contract", "show what reached the engine"],
  isAlone: true,
  collect: outgrowWindow,
  judge({ others }) {
    // What else is asked for, such as a title, is no summary.
    const summaries = others.filter((asked) => textsOf(asked).some((text) => /summar/i.test(text)));
    if (summaries.length === 0) throw new CouldNotRun("no summary was asked for");
    return (
      firstBroken(summaries, judgeOne) ?? {
        verdict: "holds",
        seen: summaries.map(({ options }) => JSON.stringify(options)).join("; "),
      }
    );
  },
});

/** OpenAI's wire has no name for a window: there the server's own holds. */
function judgeOne({ endpoint, options, model }: SeenGeneration): Broken | undefined {
  const most = options["num_predict"];
  const isLimited = typeof most === "number" && most > 0 && most <= MOST_TOKENS;
  const hasWindow = endpoint !== "completions";
  const isOwn = options["seed"] === OPTIONS.seed && (!hasWindow || options["num_ctx"] === OPTIONS.num_ctx);
  if (isLimited && isOwn) return undefined;
  return {
    verdict: "broken",
    expected: `${hasWindow ? `num_ctx ${OPTIONS.num_ctx}, ` : ""}seed ${OPTIONS.seed}, num_predict up to ${MOST_TOKENS}`,
    found: JSON.stringify(options),
    seen: `a summary by ${model}`,
  };
}
