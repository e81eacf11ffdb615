import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { notSent } from "./not-sent.ts";
import { apart } from "./thoughts-apart.ts";
import { kept } from "./thoughts-kept.ts";

/** The suite `thoughts`, its checks in the order in which they are told. */
export const thoughtsSuite: Suite<Target> = {
  name: "thoughts",
  title:
    "What a model thinks has a place of its own: beside what it says, and in no prompt (contract, section 1).",
  checks: [apart, kept, notSent],
};
