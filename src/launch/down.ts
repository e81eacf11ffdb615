import type { Config } from "../config/schema.ts";
import {
  type ServiceRecord,
  type StopResult,
  stateFolder,
  stopService,
  withLock,
} from "../supervisor/index.ts";
import { lookAtStack } from "./look.ts";
import type { ServiceName } from "./specs.ts";

/** How one service went down. */
export interface DownStep {
  readonly name: ServiceName;
  /** `not_running`: there was nothing of ours to stop. */
  readonly outcome: StopResult["outcome"] | "not_running";
  /** Null where there was nothing. */
  readonly pid: number | null;
  readonly took_ms: number;
}

/** Stops what this stack started, the last first; what it did not start is left alone. Throws `stop_failed`. */
export async function takeDown(
  config: Config,
  env: NodeJS.ProcessEnv,
  onStep: (step: DownStep) => void,
): Promise<DownStep[]> {
  const folder = stateFolder(config.state.dir);
  return await withLock(folder, async () => {
    const { hmi, gateway, engine } = await lookAtStack(config, env);
    const steps: DownStep[] = [];
    for (const { name, state } of [hmi, gateway, engine]) {
      const record = "record" in state ? state.record : undefined;
      const step = record === undefined ? nothing(name) : await stopOne(name, record, config);
      steps.push(step);
      onStep(step);
    }
    return steps;
  });
}

/** Stops one service of ours, by its record. */
async function stopOne(name: ServiceName, record: ServiceRecord, config: Config): Promise<DownStep> {
  const { outcome, tookMs } = await stopService(record, stateFolder(config.state.dir));
  return { name, outcome, pid: record.pid, took_ms: tookMs };
}

function nothing(name: ServiceName): DownStep {
  return { name, outcome: "not_running", pid: null, took_ms: 0 };
}
