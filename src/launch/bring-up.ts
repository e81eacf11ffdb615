import { urlOf } from "../contract/address.ts";
import { type LockedState, withCommandLock } from "../supervisor/client/command-lock.ts";
import {
  followSupervisor,
  StoppedMeanwhile,
  SupervisorLost,
} from "../supervisor/client/follow-supervisor.ts";
import { recordedService } from "../supervisor/client/recorded-services.ts";
import { requireJudgeable } from "../supervisor/other-namespace.ts";
import { type StateFolder, stateFolder } from "../supervisor/state-folder.ts";
import type { ServiceReport } from "../supervisor/supervisor-protocol.ts";
import { type Asked, type AskOptions, agree, askSupervisor } from "./ask-supervisor.ts";
import { exposureWarnings } from "./exposure-warnings.ts";
import { inspectStack, type ServiceInspection } from "./inspect-stack.ts";
import { rollBackStart } from "./roll-back.ts";
import { ASKED_FOR, type Intent, startsIt } from "./service-intent.ts";
import { superviseStack } from "./supervisor-plan.ts";
import { UnreadyForeignServices } from "./unready-foreign-services.ts";

/** What became of one service. */
export interface UpStep {
  readonly name: string;
  /**
   * `running`: it ran already, or another `up` started it; `external`: somebody else's, used as it is;
   * `unreachable`: somebody else's, which does not answer; `unhealthy`: it runs and does not answer, and is left as
   * it is, because nobody asked for it; `done`: a job, which this call or an earlier one has run to its end.
   */
  readonly state:
    | "done"
    | "started"
    | "restarted"
    | "adopted"
    | "running"
    | "unhealthy"
    | "external"
    | "unreachable";
  /** `stand-in`, `ollama`, `openai`, `embedded`, `command`, `job` or `url`. */
  readonly kind: string;
  /** Null where it listens nowhere. */
  readonly url: string | null;
  /** Null for an external one. */
  readonly pid: number | null;
  /** From its start until it was ready, or done, in milliseconds; null where this call did not start it. */
  readonly ready_ms: number | null;
  /** Why it was stopped first, or is unhealthy, as the end of a sentence; null in other states. */
  readonly reason: string | null;
}

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
  const waiting = [...later];
  let result: UpResult = first;
  // What is restarted in copies is so one copy at a time: the others do the work meanwhile.
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const restart = (options.restart ?? []).filter((each) => each === name);
    const only = { names: [name], restart, adopt: [], replace: [], wait: true };
    const { later: others, ...next } = await bringUpOnce({ ...options, ...only }, name);
    waiting.push(...others.filter((other) => !waiting.includes(other)));
    result = together(result, next);
  }
  return result;
}

/** @param only the one whose step is told; all where absent */
async function bringUpOnce(
  options: UpOptions,
  only?: string,
): Promise<UpResult & { readonly later: readonly string[] }> {
  const { config, signal, onStep, onProgress } = options;
  const folder = stateFolder(config.state.dir);
  await requireJudgeable(folder);
  const agreed = await agree(options, folder);
  const { asked, later } = await withCommandLock(folder, (locked) => askSupervisor(options, locked, agreed), {
    signal,
    onWait: (pid) => onProgress(`waiting for another command (pid ${pid})`),
  });
  const steps: UpStep[] = [];
  const report = (step: UpStep): void => {
    if (only !== undefined && step.name !== only) return;
    steps.push(step);
    onStep(step);
  };
  const late = new UnreadyForeignServices(asked);
  for (const { inspection, intent } of asked) {
    if (intent.action === "leave" && !late.has(inspection.name))
      report(presentStep(inspection, intent, folder));
  }
  const mine = asked.filter(({ intent }) => startsIt(intent));
  const started = mine.map(({ inspection }) => inspection.name);
  const warnings = exposureWarnings(
    config,
    asked.map(({ inspection }) => inspection),
  );
  if (options.wait === false && later.length === 0) {
    const isPending = ({ inspection, request }: Asked): boolean =>
      request !== null && !steps.some(({ name }) => name === inspection.name);
    return {
      steps,
      started,
      pending: asked.filter(isPending).map(({ inspection }) => inspection.name),
      warnings,
      later,
    };
  }
  const requests = new Map(
    asked.flatMap(({ inspection, request }) => (request === null ? [] : [[inspection.name, request]])),
  );
  const onReady = (name: string, answer: ServiceReport): void => {
    requests.delete(name);
    const found = asked.find(({ inspection }) => inspection.name === name);
    if (found !== undefined) report(readyStep(found.inspection, found.intent, answer, folder));
  };
  const followAll = () =>
    followSupervisor(folder, {
      requests,
      signal,
      onStarting: (name) => onProgress(`starting ${name}`),
      onReady,
      onLook: (services) =>
        late.look(services, (inspection) => report(stepOf(inspection, { state: "external" }))),
      ...(options.onRetry && { onRetry: options.onRetry }),
    });
  try {
    await followAll().catch(async (error) => {
      if (!(error instanceof SupervisorLost)) throw error;
      // Once: it may be what it does for these services that ends it.
      onProgress("starting another supervisor: the one that was asked is gone");
      await withCommandLock(folder, (locked) => replaceSupervisor(options, locked), { signal });
      await followAll();
    });
    return { steps, started, pending: [], warnings, later };
  } catch (error) {
    // What another command has stopped was no failure, and the rest goes on.
    if (error instanceof StoppedMeanwhile) throw error;
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

function presentStep(inspection: ServiceInspection, { isWell, reason }: Intent, folder: StateFolder): UpStep {
  const { isExternal, isAdopted, answer, name } = inspection;
  if (isJob(inspection) && inspection.state.state !== "running") return stepOf(inspection, { state: "done" });
  if (isExternal) return stepOf(inspection, { state: answer?.ok === true ? "external" : "unreachable" });
  if (isWell === false) return stepOf(inspection, { state: "unhealthy", pid: pidOf(name, folder), reason });
  return stepOf(inspection, { state: isAdopted ? "adopted" : "running", pid: pidOf(name, folder) });
}

function readyStep(
  inspection: ServiceInspection,
  { action, reason }: Intent,
  { ready_ms }: ServiceReport,
  folder: StateFolder,
): UpStep {
  if (isJob(inspection))
    return stepOf(inspection, { state: "done", ready_ms: action === "join" ? null : ready_ms });
  const pid = pidOf(inspection.name, folder);
  if (action === "join") return stepOf(inspection, { state: "running", pid });
  if (action === "restart")
    return stepOf(inspection, {
      state: "restarted",
      pid,
      ready_ms,
      reason: reason === ASKED_FOR ? null : reason,
    });
  return stepOf(inspection, { state: "started", pid, ready_ms });
}

function isJob({ kind }: ServiceInspection): boolean {
  return kind === "job";
}

function pidOf(name: string, folder: StateFolder): number | null {
  return recordedService(folder, name)?.pid ?? null;
}

function stepOf(
  { name, kind, spec }: ServiceInspection,
  what: Pick<UpStep, "state"> & Partial<UpStep>,
): UpStep {
  const url = spec.address === undefined ? null : urlOf(spec.address);
  return { name, kind, url, pid: null, ready_ms: null, reason: null, ...what };
}
