import type { Launch } from "../launch-service.ts";
import type { ServiceRecord } from "../service-spec.ts";
import type { LastExit } from "../supervisor-protocol.ts";
import type { Running } from "./keep-or-stop-running.ts";
import type { ServiceRun } from "./service-runs.ts";
import type { ReportChange } from "./service-state-store.ts";

/** What is done next about a service: plain data, so that each step names the next one and none calls another's file. */
export type SupervisionStep =
  /** Wait until somebody asks for it. */
  | { readonly to: "idle" }
  /** Nobody wants it any more: say so, and wait. */
  | { readonly to: "stopped" }
  /** Start it from the beginning. `mustStop`: what runs is stopped even if it is well. */
  | { readonly to: "begin"; readonly mustStop: boolean }
  /** Stop it though it is well, for this reason, and start it again. */
  | { readonly to: "start_again"; readonly reason: string }
  /** Wait for what it depends on, and launch it. */
  | { readonly to: "start"; readonly change: ReportChange }
  /** Wait until it is ready. `started`: when, by `performance.now()`; null where this supervisor did not start it. */
  | { readonly to: "become_ready"; readonly launch: Launch; readonly started: number | null }
  /** Take over what runs already. */
  | { readonly to: "pick_up"; readonly running: Running }
  /** Watch it until it ends. */
  | { readonly to: "watch"; readonly run: ServiceRun }
  /** Clear up after it. `event`: what its end is told as, where no command stopped it. */
  | {
      readonly to: "end";
      readonly record: ServiceRecord;
      readonly exit: LastExit;
      readonly event: "exited" | "ended";
    }
  /** Wait this many milliseconds, and start it. */
  | { readonly to: "pause"; readonly ms: number };
