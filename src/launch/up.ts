import { urlOf } from "../contract/address.ts";
import type { ServiceReport } from "../supervisor/keep/types.ts";
import { withLock } from "../supervisor/lock.ts";
import { requireJudgeable } from "../supervisor/other-namespace.ts";
import { readRecord } from "../supervisor/record.ts";
import { type StateFolder, stateFolder } from "../supervisor/state.ts";
import { type AskOptions, agree, ask } from "./ask.ts";
import { takeDown } from "./down.ts";
import { follow, SupervisorLost } from "./follow.ts";
import { ASKED_FOR, type Intent, startsIt } from "./intent.ts";
import { lookAtStack, type Sighting } from "./look.ts";
import { superviseStack } from "./supervisor-plan.ts";

/** What became of one service. */
export interface UpStep {
  readonly name: string;
  /**
   * `running`: it ran already, or another `up` started it; `external`: somebody else's, used as it is;
   * `unreachable`: somebody else's, which does not answer.
   */
  readonly state: "started" | "restarted" | "adopted" | "running" | "external" | "unreachable";
  /** `stand-in`, `ollama`, `embedded`, `command` or `url`. */
  readonly kind: string;
  /** Null where it listens nowhere. */
  readonly url: string | null;
  /** Null for an external one. */
  readonly pid: number | null;
  /** From its start until it was ready, in milliseconds; null where this call did not start it. */
  readonly ready_ms: number | null;
  /** Why it was stopped first, as the end of a sentence; null where it was not `restarted`. */
  readonly reason: string | null;
}

export interface UpOptions extends AskOptions {
  /** Ends the start: what this call started is stopped again. */
  readonly signal: AbortSignal;
  /** False: the supervisor is asked, and nobody waits until services are ready. */
  readonly wait?: boolean;
  readonly onStep: (step: UpStep) => void;
  /** Told before a service is started, and when another command has to be waited for. */
  readonly onProgress: (text: string) => void;
}

/** What `up` did. */
export interface UpResult {
  readonly steps: readonly UpStep[];
  /** The services that this call had started, in order. */
  readonly started: readonly string[];
}

/**
 * Brings services up, each after what it depends on; what runs well is left as it is. Nothing is started where
 * one cannot be; and where one fails, what this call had started is stopped again.
 * Throws a UserError: `port_taken`, `start_failed`, `unreachable`, `database_too_new`, `database_unreadable`,
 * `state_unwritable`, `state_unreadable`, `foreign_owner`, `foreign_namespace`.
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const { config, env, signal, onStep, onProgress } = options;
  const folder = stateFolder(config.state.dir);
  await requireJudgeable(folder);
  const agreed = await agree(options, folder);
  const asked = await withLock(folder, () => ask(options, folder, agreed), {
    signal,
    onWait: (pid) => onProgress(`waiting for another command (pid ${pid})`),
  });
  const steps: UpStep[] = [];
  const report = (step: UpStep): void => {
    steps.push(step);
    onStep(step);
  };
  for (const { sighting, intent } of asked) {
    if (intent.action === "leave") report(presentStep(sighting, folder));
  }
  const mine = asked.filter(({ intent }) => startsIt(intent));
  const started = mine.map(({ sighting }) => sighting.name);
  if (options.wait === false) return { steps, started };
  const requests = new Map(
    asked.flatMap(({ sighting, request }) => (request === null ? [] : [[sighting.name, request]])),
  );
  const followAll = () =>
    follow(folder, {
      requests,
      signal,
      onStarting: (name) => onProgress(`starting ${name}`),
      onReady: (name, answer) => {
        requests.delete(name);
        const found = asked.find(({ sighting }) => sighting.name === name);
        if (found !== undefined) report(readyStep(found.sighting, found.intent, answer, folder));
      },
    });
  try {
    await followAll().catch(async (error) => {
      if (!(error instanceof SupervisorLost)) throw error;
      // Once: it may be what it does for these services that ends it.
      onProgress("starting another supervisor: the one that was asked is gone");
      await withLock(folder, () => replaceSupervisor(options, folder), { signal });
      await followAll();
    });
    return { steps, started };
  } catch (error) {
    const reason = signal.aborted ? "because the start was broken off" : "because the start failed";
    await takeDown({ config, env, names: started, reason, onStep: () => undefined });
    throw error;
  }
}

/** What is wanted stays so: the new one goes on where the other was. */
async function replaceSupervisor({ config, env }: UpOptions, folder: StateFolder): Promise<void> {
  await superviseStack(config, await lookAtStack(config, env), folder);
}

function presentStep(sighting: Sighting, folder: StateFolder): UpStep {
  const { isExternal, isAdopted, answer, name } = sighting;
  if (isExternal) return stepOf(sighting, { state: answer?.ok === true ? "external" : "unreachable" });
  return stepOf(sighting, { state: isAdopted ? "adopted" : "running", pid: pidOf(name, folder) });
}

function readyStep(
  sighting: Sighting,
  { action, reason }: Intent,
  { ready_ms }: ServiceReport,
  folder: StateFolder,
): UpStep {
  const pid = pidOf(sighting.name, folder);
  if (action === "join") return stepOf(sighting, { state: "running", pid });
  if (action === "restart")
    return stepOf(sighting, {
      state: "restarted",
      pid,
      ready_ms,
      reason: reason === ASKED_FOR ? null : reason,
    });
  return stepOf(sighting, { state: "started", pid, ready_ms });
}

function pidOf(name: string, folder: StateFolder): number | null {
  const reading = readRecord(folder, name);
  return reading.kind === "record" ? reading.record.pid : null;
}

function stepOf({ name, kind, spec }: Sighting, what: Pick<UpStep, "state"> & Partial<UpStep>): UpStep {
  const url = spec.address === undefined ? null : urlOf(spec.address);
  return { name, kind, url, pid: null, ready_ms: null, reason: null, ...what };
}
