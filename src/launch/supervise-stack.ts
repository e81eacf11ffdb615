import type { Config } from "../config/config-schema.ts";
import { packageVersion } from "../files/package-root.ts";
import {
  ensureSupervisor,
  startWaitingSupervisor,
  type WaitingSupervisor,
} from "../supervisor/client/ensure-supervisor.ts";
import type { LockedState } from "../supervisor/client/lock-for-command.ts";
import type { SupervisorPlan } from "../supervisor/supervisor-protocol.ts";
import type { PlannedService } from "./planned-service.ts";
import { supervisorCommand } from "./service-specs.ts";

/** Starts its process ahead of its plan: see {@link startWaitingSupervisor}. */
export function startSupervisorAhead(folder: LockedState): WaitingSupervisor | undefined {
  return startWaitingSupervisor(folder, supervisorCommand());
}

/**
 * Sees to it that a supervisor of these services lives, as they are configured now. Throws what {@link ensureSupervisor} does.
 */
export async function superviseStack(
  config: Config,
  services: readonly PlannedService[],
  folder: LockedState,
  ahead?: WaitingSupervisor,
): Promise<void> {
  await ensureSupervisor(supervisorPlan(config, services), folder, supervisorCommand(), ahead);
}

/** What the supervisor is told about the services: which are ours to run, which are only watched, whom to tell. */
export function supervisorPlan(config: Config, services: readonly PlannedService[]): SupervisorPlan {
  const { webhook_url, metrics_host, metrics_port } = config.monitor;
  return {
    version: packageVersion(),
    stateDir: config.state.dir,
    services: services.filter(({ isExternal }) => !isExternal).map(({ spec }) => spec),
    watched: services.flatMap(({ isExternal, spec: { name, address, ready, live, labels } }) =>
      isExternal && address !== undefined
        ? [{ name, address, ready, ...(live && { live }), ...(labels && { labels }) }]
        : [],
    ),
    ...(webhook_url !== "" && { webhook: webhook_url }),
    ...(metrics_port !== 0 && {
      metrics: { host: metrics_host, port: metrics_port, allowedHosts: config.http.allowed_hosts },
    }),
  };
}
