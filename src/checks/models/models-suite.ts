import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { answeredBy } from "./answered-by.ts";
import { defaultListed } from "./default-listed.ts";
import { defaultUsed } from "./default-used.ts";
import { displayName } from "./display-name.ts";
import { agents } from "./models-agents.ts";
import { images } from "./models-images.ts";
import { list } from "./models-list.ts";
import { names } from "./models-names.ts";
import { prefix } from "./models-prefix.ts";
import { switched } from "./models-switch.ts";
import { unknown } from "./models-unknown.ts";
import { profileDefault } from "./profile-default.ts";

/** The suite `models`, its checks in the order in which they are told. */
export const modelsSuite: Suite<Target> = {
  name: "models",
  title:
    "Names of models and agents: listed, accepted, and unchanged up to the engine (contract, sections 2 and 3).",
  checks: [
    list,
    defaultListed,
    defaultUsed,
    answeredBy,
    names,
    switched,
    profileDefault,
    prefix,
    unknown,
    displayName,
    images,
    agents,
  ],
};
