import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { emptyReply } from "./limits-empty-reply.ts";
import { endless } from "./limits-endless.ts";
import { repeating } from "./limits-repeating.ts";
import { window } from "./limits-window.ts";
import { longMessage } from "./long-message.ts";
import { rateLimited } from "./rate-limited.ts";
import { summaryOptions } from "./summary-options.ts";

/** The suite `limits`, its checks in the order in which they are told. */
export const limitsSuite: Suite<Target> = {
  name: "limits",
  title:
    "Where a model or its engine comes to an end, or to none, somebody is told (contract, sections 1 and 3).",
  checks: [endless, emptyReply, repeating, rateLimited, window, summaryOptions, longMessage],
};
