import { ModelList } from "../../contract/common-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteJson } from "../tools/rewrite-json.ts";

/** S8, in the list that page and script take their default from. */
export const listedDefaultIsDisplayName: Fault = {
  name: "listed-default-is-display-name",
  story: "The list of models names its default as people are shown it, not as the engine knows it.",
  seenIn: "the seed of the gateway session: llm.html:594, the default of the selector",
  caughtBy: ["models/default-listed"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteJson(hmiRoutes.models, ModelList, (list) => {
        onApplied();
        const standard = list.models.find(({ is_default }) => is_default);
        return { ...list, default: standard?.model_name ?? null };
      }),
    },
  }),
};
