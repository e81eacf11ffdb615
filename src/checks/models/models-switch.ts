import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { startTalk } from "../any-wire-conversation.ts";
import { type Context, makeSession } from "../contract-conversations.ts";
import { requireAsked } from "../engine-generations.ts";
import {
  type AskedByModel,
  askByModel,
  askByWire,
  describeAsked,
  expectedModelInWords,
  foundModelInWords,
  plainProfile,
  SHORT_REPLY,
} from "./ask-by-model.ts";
import { installedModels, triedByWire, triedModels } from "./model-catalogue.ts";

interface Evidence {
  readonly installed: readonly string[];
  /** The messages of one conversation. */
  readonly asked: readonly AskedByModel[];
}

export const switched = defineCheck<Context["target"], Evidence>({
  id: "models/switch",
  claim: "a model that is changed inside a conversation is the one that answers, and the row says so",
  why: "The row names the new model, and the engine is still asked for the old one (docs/faults.md, row 49).",
  lookAt: "which model the engine's request holds: the message's own, not the conversation's first",
  needs: ["show what reached the engine", "choose a model"],
  async collect(context) {
    const installed = await installedModels(context);
    if (!context.target.capabilities.has("speak the contract")) {
      return { installed, asked: await switchByWire(context) };
    }
    const [first = "", second] = await triedModels(context);
    // Of an engine with one model, the refusal shows as well whether the new name was asked for.
    const other = second ?? context.canary("another").replace("canary", "no-such-model");
    const modelId = await plainProfile(context);
    const sessionId = await makeSession(context, modelId);
    const asked: AskedByModel[] = [];
    for (const [turn, model] of [first, other, first].entries()) {
      asked.push(await askByModel(context, { sessionId, modelId, model, name: `turn ${turn}` }));
    }
    return { installed, asked };
  },
  judge: ({ installed, asked }) =>
    firstBroken(asked, (each) => judgeOne(each, installed)) ?? {
      verdict: "holds",
      seen: `in one conversation, each answered by its own: ${asked.map(({ model }) => model).join(", ")}`,
    },
});

async function switchByWire(context: Context): Promise<readonly AskedByModel[]> {
  const [first = "", other = ""] = await triedByWire(context, 2);
  const talk = await startTalk(context, { name: "models", options: SHORT_REPLY });
  const asked: AskedByModel[] = [];
  for (const [turn, model] of [first, other, first].entries()) {
    asked.push(await askByWire(context, { talk, model, name: `turn ${turn}` }));
  }
  return asked;
}

function judgeOne(asked: AskedByModel, installed: readonly string[]): Broken | undefined {
  const { model, atEngine, row, error } = asked;
  const isRefused = model !== null && !installed.includes(model) && error?.code === "model_not_found";
  const isAsked = atEngine.length > 0 && atEngine.every((name) => name === model);
  if (error !== null && asked.isOtherWire) throw new CouldNotRun(error.message);
  const isSaved = row?.model_name === model || (asked.isOtherWire && row?.model_name === undefined);
  if (isSaved && error === null) requireAsked(atEngine);
  if (isSaved && (isRefused || isAsked)) return undefined;
  return {
    verdict: "broken",
    expected: expectedModelInWords(asked),
    found: foundModelInWords(asked),
    seen: describeAsked(asked),
    rows: row == null ? [] : [row],
  };
}
