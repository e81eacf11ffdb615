import {
  followSupervisor,
  StoppedMeanwhile,
  SupervisorLost,
} from "../supervisor/client/follow-supervisor.ts";
import { type LockedState, withCommandLock } from "../supervisor/client/lock-for-command.ts";
import { type StateFolder, stateFolder } from "../supervisor/state-folder.ts";
import { requireStateFolderAccess } from "../supervisor/state-folder-access.ts";
import type { ServiceReport } from "../supervisor/supervisor-protocol.ts";
import { type AskedNow, type AskOptions, askConsentToReplace, askSupervisor } from "./ask-supervisor.ts";
import { exposureWarnings } from "./exposure-warnings.ts";
import { inspectStack } from "./inspect-stack.ts";
import { rollBackStart } from "./roll-back.ts";
import { restartInTurn } from "./rolling-restart.ts";
import { startsIt } from "./service-intent.ts";
import { stopSurplus } from "./stop-surplus.ts";
import { superviseStack } from "./supervise-stack.ts";
import { UnreadyForeignServices } from "./unready-foreign-services.ts";
import { type UpStep, UpStepReporter } from "./up-step-reporter.ts";

export interface UpOptions extends AskOptions {
  /** Ends the start: what was not there before this call is stopped again. */
  readonly signal: AbortSignal;
  /** False: the supervisor is asked, and nobody waits until services are ready. */
  readonly wait?: boolean;
  readonly onStep: (step: UpStep) => void;
  /** Told of each start that failed and is tried again. */
  readonly onRetry?: (name: string, report: ServiceReport) => void;
}

/** What `up` did. */
export interface UpResult {
  readonly steps: readonly UpStep[];
  /** The services that this call had started, in order. */
  readonly started: readonly string[];
  /** The names of those that are asked for, and were not waited for. */
  readonly pending: readonly string[];
  /** Sentences about what other machines can reach without a token. */
  readonly warnings: readonly string[];
}

/**
 * Brings services up, each after what it depends on; what runs well is left as it is. Nothing is started where
 * one cannot be; and where one fails, what was not there before this call is stopped again.
 * Throws a UserError: `port_taken`, `start_failed`, `unreachable`, `database_too_new`, `database_unreadable`,
 * `state_unwritable`, `state_unreadable`, `foreign_owner`, `foreign_namespace`.
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const { later, ...first } = await bringUpOnce(options);
  let result: UpResult = first;
  const restartOnly = (name: string) => {
    const restart = (options.restart ?? []).filter((each) => each === name);
    const only = { names: [name], restart, adopt: [], replace: [], wait: true };
    return bringUpOnce({ ...options, ...only }, name);
  };
  for await (const { later: _, ...next } of restartInTurn(later, restartOnly))
    result = together(result, next);
  return result;
}

/** @param only the one whose step is told; all where absent */
async function bringUpOnce(
  options: UpOptions,
  only?: string,
): Promise<UpResult & { readonly later: readonly string[] }> {
  const { config, signal, onProgress } = options;
  const folder = stateFolder(config.state.dir);
  await requireStateFolderAccess(folder);
  const agreed = await askConsentToReplace(options, folder);
  const { surplus, ...askedNow } = await withCommandLock(
    folder,
    (locked) => askSupervisor(options, locked, agreed),
    { signal, onWait: (pid) => onProgress(`waiting for another command (pid ${pid})`) },
  );
  const [result] = await Promise.all([
    untilReady(options, folder, askedNow, only),
    stopSurplus(surplus, folder, options),
  ]);
  return result;
}

/** Waits until all that was asked for is ready, or has failed. */
async function untilReady(
  options: UpOptions,
  folder: StateFolder,
  { asked, later }: Pick<AskedNow, "asked" | "later">,
  only: string | undefined,
): Promise<UpResult & { readonly later: readonly string[] }> {
  const { config, signal, onStep, onProgress } = options;
  const reporter = new UpStepReporter(asked, { folder, onStep, only });
  const unreadyForeign = new UnreadyForeignServices(asked);
  reporter.reportLeft(({ name }) => !unreadyForeign.has(name));
  const result = {
    steps: reporter.steps,
    started: asked.filter(({ intent }) => startsIt(intent)).map(({ inspection }) => inspection.name),
    warnings: exposureWarnings(
      config,
      asked.map(({ inspection }) => inspection),
    ),
    later,
  };
  if (options.wait === false && later.length === 0) return { ...result, pending: reporter.pending };
  const followUntilReady = () =>
    followSupervisor(folder, {
      requests: reporter.requests,
      signal,
      onStarting: (name) => onProgress(`starting ${name}`),
      onReady: reporter.reportReady,
      onLook: (services) => unreadyForeign.look(services, reporter.reportExternal),
      ...(options.onRetry && { onRetry: options.onRetry }),
    });
  try {
    await followUntilReady().catch(async (error) => {
      if (!(error instanceof SupervisorLost)) throw error;
      // Once: it may be what it does for these services that ends it.
      onProgress("starting another supervisor: the one that was asked is gone");
      await withCommandLock(folder, (locked) => replaceSupervisor(options, locked), { signal });
      await followUntilReady();
    });
    return { ...result, pending: [] };
  } catch (error) {
    // What another command has stopped was no failure, and the rest goes on.
    if (error instanceof StoppedMeanwhile) throw error;
    const { requests, reportReady: onReady } = reporter;
    throw await rollBackStart(options, folder, { asked, error, requests, signal, onReady });
  }
}

function together(first: UpResult, next: UpResult): UpResult {
  return {
    steps: [...first.steps, ...next.steps],
    started: [...new Set([...first.started, ...next.started])],
    pending: [...first.pending, ...next.pending],
    warnings: first.warnings,
  };
}

/** What is wanted stays so: the new one goes on where the other was. */
async function replaceSupervisor({ config, env }: UpOptions, folder: LockedState): Promise<void> {
  await superviseStack(config, await inspectStack(config, env), folder);
}
