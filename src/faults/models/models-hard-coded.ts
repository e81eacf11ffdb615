import { type EngineModel, ModelList } from "../../contract/common-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import type { Fault } from "../fault.ts";
import { rewriteJson } from "../tools/rewrite-json.ts";

/** Row 53, for models. */
export const modelsHardCoded: Fault = {
  name: "models-hard-coded",
  story: "The list of models was written by hand, and lacks one that the engine has.",
  seenIn: "docs/faults.md, row 53",
  caughtBy: ["models/list"],
  overrides: (onApplied) => ({
    wire: {
      hmi: rewriteJson(hmiRoutes.models, ModelList, (list) => {
        onApplied();
        // Not one of those that other checks look for.
        const isUsual = ({ is_default, capabilities }: EngineModel): boolean =>
          !is_default && capabilities?.some((each) => each === "vision" || each === "thinking") !== true;
        const lacking = list.models.findLast(isUsual) ?? list.models.at(-1);
        return { ...list, models: list.models.filter((model) => model !== lacking) };
      }),
    },
  }),
};
