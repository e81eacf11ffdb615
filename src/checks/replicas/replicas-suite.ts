import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { gatewayOnce } from "./gateway-once.ts";
import { oneBegins } from "./one-begins.ts";
import { oneWriter } from "./one-writer.ts";
import { cancelElsewhere } from "./replicas-cancel.ts";
import { drain } from "./replicas-drain.ts";
import { heardElsewhere } from "./replicas-events.ts";
import { resume } from "./replicas-resume.ts";
import { sameKey } from "./same-key.ts";
import { shownEverywhere } from "./shown-everywhere.ts";

/** The suite `replicas`, its checks in the order in which they are told. */
export const replicasSuite: Suite<Target> = {
  name: "replicas",
  title:
    "Several copies behind one address: wherever a call arrives, it is answered as if there were one (contract, section 9).",
  isAlone: true,
  checks: [
    resume,
    oneWriter,
    shownEverywhere,
    cancelElsewhere,
    heardElsewhere,
    oneBegins,
    sameKey,
    gatewayOnce,
    drain,
  ],
};
