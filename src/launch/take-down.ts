import { existsSync } from "node:fs";
import type { Config } from "../config/config-schema.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { wantedServices } from "../supervisor/client/known-supervisor.ts";
import { type LockedState, withCommandLock } from "../supervisor/client/lock-for-command.ts";
import { processesOf, recordedServices } from "../supervisor/client/recorded-services.ts";
import { withdrawRequests } from "../supervisor/client/request-services.ts";
import {
  askRecordedServiceToEnd,
  awaitRecordedServiceEnd,
  type StopOrder,
  type StopResult,
  stopRecordedService,
} from "../supervisor/client/stop-recorded-service.ts";
import { hasTimeToDrain, type ServiceRecord } from "../supervisor/service-spec.ts";
import { type StateFolder, stateFolder } from "../supervisor/state-folder.ts";
import { requireStateFolderAccess } from "../supervisor/state-folder-access.ts";
import { dependentsFirst } from "./dependents-first.ts";
import { inspectStack } from "./inspect-stack.ts";
import { StopProgress } from "./stop-progress.ts";

/** How one service went down. */
export interface DownStep {
  readonly name: string;
  /**
   * `not_running`: there was nothing of ours to stop; `external`: somebody else's, which is left alone; `wanted_again`: another command
   * has asked for it, while those that depend on it came to their end.
   */
  readonly outcome: StopResult["outcome"] | "not_running" | "external" | "wanted_again";
  /** Null where there was nothing. */
  readonly pid: number | null;
  readonly took_ms: number;
}

export interface DownOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Names of services; all where absent, also those that are no longer configured. */
  readonly names?: readonly string[];
  /** Why, as the events tell it; `by stack down` where absent. */
  readonly reason?: string;
  /** Aborted when nobody wants to wait any longer: what has not stopped yet is killed. */
  readonly hurry?: AbortSignal;
  readonly onStep: (step: DownStep) => void;
  /** Told what is waited for. */
  readonly onProgress?: (text: string) => void;
}

/** Whether nothing was ever started here: there is no state folder, and no process that carries its mark. */
export function isUntouched(config: Config, steps: readonly DownStep[]): boolean {
  const isNothing = ({ outcome }: DownStep) => outcome === "not_running" || outcome === "external";
  return steps.every(isNothing) && !existsSync(config.state.dir);
}

/**
 * Stops what this stack started, each service after those that depend on it, and side by side else; what it did not
 * start is left alone. One that cannot be stopped does not keep the others from it. Where nothing was ever started,
 * no state folder is made. Throws `stop_failed`, what {@link requireStateFolderAccess} does, or the reason of `hurry` where another
 * command still has the lock.
 */
export async function takeDown(options: DownOptions): Promise<DownStep[]> {
  const { config, env, names, reason = "by stack down", hurry, onStep, onProgress } = options;
  const folder = stateFolder(config.state.dir);
  await requireStateFolderAccess(folder);
  const look = async () => {
    const targets = await findTargets(config, env, folder);
    return targets.filter(({ name }) => names?.includes(name) ?? true);
  };
  const takeAll = async (
    targets: readonly Target[],
    take: (target: Target) => Promise<DownStep>,
  ): Promise<DownStep[]> => {
    const progress = new StopProgress(targets, onProgress);
    const failures: UserError[] = [];
    const stopped = await dependentsFirst(targets, async (target) => {
      progress.begin(target.name);
      try {
        const step = await take(target);
        onStep(step);
        return [step];
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failures.push(error);
        return [];
      } finally {
        progress.end(target.name);
      }
    });
    if (failures.length > 0) throw together(failures);
    return stopped.flat();
  };
  if (!existsSync(folder.root)) {
    const targets = await look();
    if (targets.every(({ record }) => record === undefined))
      return await takeAll(targets, async (target) => nothingToStop(target));
  }
  const order: StopOrder = { reason, hurry };
  const { targets, steps } = await withCommandLock(
    folder,
    async (locked) => {
      const targets = await look();
      const all = targets.map(({ name }) => name);
      await withdrawRequests(locked, all, names === undefined);
      const isDrained = targets.some(({ record }) => record !== undefined && hasTimeToDrain(record));
      if (isDrained) return { targets };
      return { targets, steps: await takeAll(targets, (target) => stopOne(target, locked, order)) };
    },
    {
      ...(hurry && { signal: hurry }),
      onWait: (pid) => onProgress?.(`waiting for another command (pid ${pid})`),
    },
  );
  return steps ?? (await takeAll(targets, (target) => drainOne(target, folder, order)));
}

interface Target {
  readonly name: string;
  readonly record: ServiceRecord | undefined;
  readonly isExternal: boolean;
  readonly dependsOn: readonly string[];
}

/** Everything that has a record, or is configured, in the order in which it was started. */
async function findTargets(config: Config, env: NodeJS.ProcessEnv, folder: StateFolder): Promise<Target[]> {
  const planned = (await inspectStack(config, env)).map(({ name, state, isExternal, spec }) => ({
    name,
    record: "record" in state ? state.record : undefined,
    isExternal,
    dependsOn: spec.dependsOn ?? [],
  }));
  const forgotten = recordedServices(folder)
    .filter(({ name }) => planned.every((target) => target.name !== name))
    .map((record) => ({
      name: record.name,
      record,
      isExternal: false,
      dependsOn: record.depends_on ?? [],
    }));
  return [...planned, ...forgotten];
}

function nothingToStop({ name, isExternal }: Target): DownStep {
  return { name, outcome: isExternal ? "external" : "not_running", pid: null, took_ms: 0 };
}

async function stopOne(target: Target, state: LockedState, order: StopOrder): Promise<DownStep> {
  const { name, record } = target;
  if (record === undefined) return nothingToStop(target);
  const { outcome, tookMs } = await stopRecordedService(state, record, order);
  return { name, outcome, pid: record.pid, took_ms: tookMs };
}

/**
 * As {@link stopOne}, without the lock while the service comes to its end: nobody is to wait for that who changes something else. What
 * another command wants again before its turn is left to that.
 */
async function drainOne(target: Target, folder: StateFolder, order: StopOrder): Promise<DownStep> {
  const { name, record } = target;
  if (record === undefined) return nothingToStop(target);
  const { pid } = record;
  const early = await withCommandLock(folder, async (locked): Promise<DownStep | undefined> => {
    if (wantedServices(locked).includes(name)) return { name, outcome: "wanted_again", pid, took_ms: 0 };
    if (processesOf(record, locked).length === 0) return await stopOne(target, locked, order);
    askRecordedServiceToEnd(locked, record);
    return undefined;
  });
  if (early !== undefined) return early;
  const { outcome, tookMs } = await awaitRecordedServiceEnd(folder, record, order);
  return { name, outcome, pid, took_ms: tookMs };
}

function together([first, ...others]: readonly UserError[]): UserError {
  const messages = [first, ...others].flatMap((error) => error?.message ?? []);
  const hints = [first, ...others].flatMap((error) => error?.hint ?? []);
  return new UserError("stop_failed", messages.join("\n"), {
    hint: hints.join("\n"),
    exitCode: EXIT.failed,
  });
}
