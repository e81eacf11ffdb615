import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { cancelledKeeps } from "./cancelled-keeps.ts";
import { editedKeeps } from "./edited-keeps.ts";
import { editedPrompt } from "./edited-prompt.ts";
import { failedKeeps } from "./failed-keeps.ts";
import { named } from "./regenerate-named.ts";
import { replaces } from "./regenerate-replaces.ts";
import { versions } from "./regenerate-versions.ts";

/** The suite `regenerate`, its checks in the order in which they are told. */
export const regenerateSuite: Suite<Target> = {
  name: "regenerate",
  title:
    "A reply made again, or a message edited: of the one that is named, and never at the cost of what was there (contract, section 3).",
  checks: [replaces, failedKeeps, cancelledKeeps, named, versions, editedKeeps, editedPrompt],
};
