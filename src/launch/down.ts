import type { Config } from "../config/schema.ts";
import { EXIT, UserError } from "../errors.ts";
import { endSupervisor } from "../supervisor/keep/ensure.ts";
import { noteDeed } from "../supervisor/keep/events.ts";
import { readWanted, writeWanted } from "../supervisor/keep/wanted.ts";
import { withLock } from "../supervisor/lock.ts";
import { resumeInterrupted } from "../supervisor/logs/resume.ts";
import { requireJudgeable } from "../supervisor/other-namespace.ts";
import { listRecords } from "../supervisor/record.ts";
import { type StateFolder, SUPERVISOR, stateFolder } from "../supervisor/state.ts";
import { type StopResult, stopService } from "../supervisor/stop.ts";
import type { ServiceRecord } from "../supervisor/types.ts";
import { lookAtStack } from "./look.ts";

/** How one service went down. */
export interface DownStep {
  readonly name: string;
  /** `not_running`: there was nothing of ours to stop; `external`: somebody else's, which is left alone. */
  readonly outcome: StopResult["outcome"] | "not_running" | "external";
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
  readonly onStep: (step: DownStep) => void;
}

/**
 * Stops what this stack started, the last first; what it did not start is left alone. One that cannot be
 * stopped does not keep the others from it. Throws `stop_failed`, and what {@link requireJudgeable} does.
 */
export async function takeDown(options: DownOptions): Promise<DownStep[]> {
  const { config, env, names, reason = "by stack down", onStep } = options;
  const folder = stateFolder(config.state.dir);
  await requireJudgeable(folder);
  return await withLock(folder, async () => {
    resumeInterrupted(folder);
    const targets = (await findTargets(config, env, folder)).filter(
      ({ name }) => names?.includes(name) ?? true,
    );
    await unwant(folder, targets);
    const steps: DownStep[] = [];
    const failures: UserError[] = [];
    for (const target of targets) {
      try {
        const step = await stopOne(target, folder, reason);
        steps.push(step);
        onStep(step);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw together(failures);
    return steps;
  });
}

interface Target {
  readonly name: string;
  readonly record: ServiceRecord | undefined;
  readonly isExternal: boolean;
}

/** Everything that has a record, or is configured; the last to be started comes first. */
async function findTargets(config: Config, env: NodeJS.ProcessEnv, folder: StateFolder): Promise<Target[]> {
  const planned = (await lookAtStack(config, env)).map(({ name, state, isExternal }) => ({
    name,
    record: "record" in state ? state.record : undefined,
    isExternal,
  }));
  const forgotten = listRecords(folder)
    .filter(({ name }) => name !== SUPERVISOR && planned.every((target) => target.name !== name))
    .map((record) => ({ name: record.name, record, isExternal: false }));
  return [...planned, ...forgotten].reverse();
}

/** From now on nobody starts them again. Without any left to look after, the supervisor goes too. */
async function unwant(folder: StateFolder, targets: readonly Target[]): Promise<void> {
  const wanted = Object.entries(readWanted(folder).services);
  const left = wanted.filter(([name]) => targets.every((target) => target.name !== name));
  writeWanted(folder, { services: Object.fromEntries(left) });
  if (left.length === 0) await endSupervisor(folder);
}

async function stopOne(
  { name, record, isExternal }: Target,
  folder: StateFolder,
  reason: string,
): Promise<DownStep> {
  if (record === undefined)
    return { name, outcome: isExternal ? "external" : "not_running", pid: null, took_ms: 0 };
  const { outcome, tookMs } = await stopService(record, folder);
  const detail = outcome === "already_gone" ? `${reason}; it had ended before` : reason;
  noteDeed(folder, { event: "stopped", service: name, pid: record.pid, detail });
  return { name, outcome, pid: record.pid, took_ms: tookMs };
}

function together([first, ...others]: readonly UserError[]): UserError {
  const messages = [first, ...others].flatMap((error) => error?.message ?? []);
  const hints = [first, ...others].flatMap((error) => error?.hint ?? []);
  return new UserError("stop_failed", messages.join("\n"), {
    hint: hints.join("\n"),
    exitCode: EXIT.failed,
  });
}
