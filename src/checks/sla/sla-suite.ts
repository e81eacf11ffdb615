import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { betweenTokens } from "./between-tokens.ts";
import { firstToken } from "./first-token.ts";
import { noDrops } from "./no-drops.ts";
import { accepted } from "./sla-accepted.ts";

/** The suite `sla`, its checks in the order in which they are told. */
export const slaSuite: Suite<Target> = {
  name: "sla",
  title: "The service targets: how soon a message is taken, and how its reply comes (contract, section 6).",
  checks: [accepted, firstToken, betweenTokens, noDrops],
};
