import type { Config } from "../config/config-schema.ts";
import { urlOf } from "../contract/address.ts";
import { finishedJobs } from "../supervisor/client/known-supervisor.ts";
import { pendingRequests } from "../supervisor/client/pending-request.ts";
import { type StateFolder, stateFolder } from "../supervisor/state-folder.ts";
import { requireStateFolderAccess } from "../supervisor/state-folder-access.ts";
import { inspectStack, type ServiceInspection } from "./inspect-stack.ts";
import { describeOccupants, isBlocked } from "./resolve-port-conflict.ts";
import { intentFor, type Wishes } from "./service-intent.ts";
import { withDependencies } from "./start-order.ts";

/** What `up` would do about one service. */
export interface PlannedStep {
  readonly name: string;
  readonly kind: string;
  readonly url: string | null;
  /** As {@link Intent.action}; `blocked`: somebody else has its port, and nothing would be started. */
  readonly action: "leave" | "join" | "start" | "restart" | "blocked";
  readonly reason: string;
  /** What would be run; null where nothing would. Without the environment, which may hold secrets. */
  readonly command: string | null;
}

/** What `up` would do now, in this order; changes nothing. */
export async function planUp(
  config: Config,
  env: NodeJS.ProcessEnv,
  names: readonly string[],
): Promise<PlannedStep[]> {
  const folder = stateFolder(config.state.dir);
  await requireStateFolderAccess(folder);
  const all = await inspectStack(config, env);
  const chosen = names.length === 0 ? new Set(all.map(({ name }) => name)) : withDependencies(all, names);
  const pendingOf = pendingRequests(folder);
  const finished = finishedJobs(folder);
  return all
    .filter(({ name }) => chosen.has(name))
    .map((inspection) => {
      const isNamed = names.length === 0 || names.includes(inspection.name);
      const isDone = finished(inspection.spec) !== undefined;
      const wishes = {
        isOnItsWay: pendingOf(inspection.name) !== undefined,
        mustRestart: false,
        isDone,
        isNamed,
      };
      return stepFor(inspection, wishes, folder);
    });
}

function stepFor(inspection: ServiceInspection, wishes: Wishes, folder: StateFolder): PlannedStep {
  const { name, kind, spec } = inspection;
  const { action, reason } = isBlocked(inspection)
    ? ({ action: "blocked", reason: describeOccupants(inspection, folder) } as const)
    : intentFor(inspection, wishes);
  const isRun = action === "start" || action === "restart";
  return {
    name,
    kind,
    url: spec.address === undefined ? null : urlOf(spec.address),
    action,
    reason,
    command: isRun ? [spec.command.file, ...spec.command.args].join(" ") : null,
  };
}
