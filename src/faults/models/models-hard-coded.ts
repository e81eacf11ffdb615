import { ModelList } from "../../contract/common.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteJson } from "../rewrite-json.ts";

/** Row 53, for models. */
export const modelsHardCoded: Fault = {
  name: "models-hard-coded",
  story: "The list of models was written by hand, and lacks one that the engine has.",
  seenIn: "docs/faults.md, row 53",
  caughtBy: ["models/list"],
  actsIn: ["models"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteJson(hmiRoutes.models, ModelList, (list) => {
        onApplied();
        return { ...list, models: list.models.slice(0, -1) };
      }),
    },
  }),
};
