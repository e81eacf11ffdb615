import type { ModelList } from "../../contract/common.ts";
import { type Broken, defineCheck } from "../../harness/check.ts";
import { firstBroken } from "../../harness/judge.ts";
import type { Context } from "../stage.ts";
import { type Catalogue, catalogue, compareIds } from "./catalogue.ts";

export const list = defineCheck<Context["target"], Catalogue>({
  id: "models/list",
  claim: "the models that can be chosen are the engine's, each by the engine's own name",
  why: "docs/faults.md, row 53: the selector's list was written by hand; what the server accepts was not in it.",
  lookAt: "GET /api/models and GET /models: read from the engine's own list each time, nothing hard-coded",
  needs: [],
  collect: catalogue,
  judge(seen) {
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
