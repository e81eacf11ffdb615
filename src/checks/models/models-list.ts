import type { ModelList } from "../../contract/common-schemas.ts";
import { type Broken, CouldNotRun, defineCheck, type Verdict } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { Context } from "../contract-conversations.ts";
import { isWholeEnding } from "../stream-endings.ts";
import { type AskedByModel, askAnewByWire, describeAsked } from "./ask-by-model.ts";
import { type Catalogue, catalogue, compareIds, installedModels } from "./model-catalogue.ts";

/** What a wire lists that is none of the contract's. */
interface OtherList {
  readonly installed: readonly string[];
  readonly listed: readonly string[];
  /** Listed by names that the engine does not have: they may be the back end's own for a model that it has. */
  readonly tried: readonly AskedByModel[];
}

/** How many names that the engine does not have are tried. */
const TRIED = 3;

export const list = defineCheck<Context["target"], Catalogue | OtherList>({
  id: "models/list",
  claim: "the models that can be chosen are the engine's, each by the engine's own name",
  why: "The selector's list was written by hand; what the server accepts was not in it (docs/faults.md, row 53).",
  lookAt: "the lists of models: read from the engine's own list each time, nothing hard-coded",
  needs: ["list models"],
  collect: (context) =>
    context.target.capabilities.has("speak the contract") ? catalogue(context) : listByWire(context),
  judge(seen) {
    if ("tried" in seen) return judgeByWire(seen);
    const lists = [
      { name: "GET /api/models of the HMI", list: seen.hmi },
      { name: "GET /models of the gateway", list: seen.gateway },
    ];
    return (
      firstBroken(lists, (one) => judgeOne(one, seen.installed)) ?? {
        verdict: "holds",
        seen: `both lists name the engine's models: ${seen.installed.join(", ")}`,
      }
    );
  },
});

function judgeOne(
  { name, list: { models } }: { name: string; list: ModelList },
  installed: readonly string[],
): Broken | undefined {
  const { missing, unknown } = compareIds(models, installed);
  if (missing.length === 0 && unknown.length === 0) return undefined;
  const found = [
    ...missing.map((model) => `without ${model}`),
    ...unknown.map((model) => `with ${model}, which the engine does not have`),
  ];
  return {
    verdict: "broken",
    expected: `the engine's models: ${installed.join(", ")}`,
    found: found.join("; "),
    seen: name,
    rows: models,
  };
}

async function listByWire(context: Context): Promise<OtherList> {
  const { chat, front, capabilities } = context.target;
  if (front === "engine") throw new NotObservable("the target is an engine: its list is its own");
  const [listed, installed] = [await chat.models(context.signal), await installedModels(context)];
  const foreign = listed.filter((name) => !installed.includes(name)).slice(0, TRIED);
  if (foreign.length > 0 && !capabilities.has("choose a model")) {
    throw new NotObservable(
      "it lists names that the engine does not have, and none can be chosen to try them",
    );
  }
  const tried: AskedByModel[] = [];
  for (const model of foreign) tried.push(await askAnewByWire(context, model, `listed ${model}`));
  if (tried.some(({ ended }) => !isWholeEnding(ended))) {
    // Where nothing is answered at all, a refusal says nothing of the name.
    const known = await askAnewByWire(context, installed[0], "the engine's own");
    if (!isWholeEnding(known.ended)) throw new CouldNotRun(describeAsked(known));
  }
  return { installed, listed, tried };
}

function judgeByWire({ installed, listed, tried }: OtherList): Verdict {
  const seen = `listed: ${listed.join(", ") || "none"}`;
  const failed = tried.filter(({ ended }) => !isWholeEnding(ended));
  if (failed.length === 0 && listed.length > 0) return { verdict: "holds", seen };
  const found = failed.map(({ model, error, ended }) => `with ${model}: ${error?.message ?? ended}`);
  return {
    verdict: "broken",
    expected: `models that answer; the engine has ${installed.join(", ")}`,
    found: found.join("; ") || "none",
    seen,
  };
}
