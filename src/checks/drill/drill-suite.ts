import type { Suite } from "../../harness/define-check.ts";
import type { Target } from "../../targets/open-target.ts";
import { onceAfterHmiKill } from "./hmi-once.ts";
import { savedBeforeHmiKill } from "./hmi-saved.ts";
import { settledAfterHmiKill } from "./hmi-settled.ts";
import { shownAfterHmiKill } from "./hmi-shown.ts";
import { nextAfterEngineKill, nextAfterGatewayKill, nextAfterHmiKill } from "./next-after-kill.ts";
import { savedAfterEngineKill, savedAfterGatewayKill } from "./saved-after-kill.ts";
import { servicesBack } from "./services-back.ts";
import { toldOfEngineKill, toldOfGatewayKill } from "./told-of-kill.ts";

/** Kills services of the stack: it is run only where that is asked for by name, and only on what is ours to kill. */
export const drillSuite: Suite<Target> = {
  name: "drill",
  title: "A service is killed in mid-reply: what is told, saved and shown, and how the stack goes on.",
  checks: [
    toldOfGatewayKill,
    savedAfterGatewayKill,
    nextAfterGatewayKill,
    toldOfEngineKill,
    savedAfterEngineKill,
    nextAfterEngineKill,
    savedBeforeHmiKill,
    settledAfterHmiKill,
    onceAfterHmiKill,
    shownAfterHmiKill,
    nextAfterHmiKill,
    servicesBack,
  ],
};
