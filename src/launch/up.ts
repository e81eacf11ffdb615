import { urlOf } from "../contract/address.ts";
import type { ServiceReport } from "../supervisor/keep/types.ts";
import { withLock } from "../supervisor/lock.ts";
import { readRecord } from "../supervisor/record.ts";
import { type StateFolder, stateFolder } from "../supervisor/state.ts";
import { type AskOptions, agree, ask } from "./ask.ts";
import { takeDown } from "./down.ts";
import { follow } from "./follow.ts";
import type { Intent } from "./intent.ts";
import type { Sighting } from "./look.ts";

/** What became of one service. */
export interface UpStep {
  readonly name: string;
  /** `running`: it ran already, or another `up` started it; `external`: somebody else's, used as it is. */
  readonly state: "started" | "restarted" | "adopted" | "running" | "external";
  /** `stand-in`, `ollama`, `embedded`, `command` or `url`. */
  readonly kind: string;
  /** Null where it listens nowhere. */
  readonly url: string | null;
  /** Null for an external one. */
  readonly pid: number | null;
  /** From its start until it was ready, in milliseconds; null where this call did not start it. */
  readonly ready_ms: number | null;
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
 * `state_unwritable`.
 */
export async function bringUp(options: UpOptions): Promise<UpResult> {
  const { config, env, signal, onStep, onProgress } = options;
  const folder = stateFolder(config.state.dir);
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
    if (intent.action === "leave") report(presentStep(sighting, intent, folder));
  }
  const mine = asked.filter(({ intent: { action } }) => action === "start" || action === "restart");
  const started = mine.map(({ sighting }) => sighting.name);
  if (options.wait === false) return { steps, started };
  const requests = new Map(
    asked.flatMap(({ sighting, request }) => (request === null ? [] : [[sighting.name, request]])),
  );
  try {
    await follow(folder, {
      requests,
      signal,
      onStarting: (name) => onProgress(`starting ${name}`),
      onReady: (name, answer) => {
        const found = asked.find(({ sighting }) => sighting.name === name);
        if (found !== undefined) report(readyStep(found.sighting, found.intent, answer, folder));
      },
    });
    return { steps, started };
  } catch (error) {
    await takeDown({ config, env, names: started, onStep: () => undefined });
    throw error;
  }
}

function presentStep(sighting: Sighting, { wasAdopted }: Intent, folder: StateFolder): UpStep {
  if (sighting.isExternal) return stepOf(sighting, "external", null, null);
  const reading = readRecord(folder, sighting.name);
  const pid = reading.kind === "record" ? reading.record.pid : null;
  return stepOf(sighting, wasAdopted ? "adopted" : "running", pid, null);
}

function readyStep(
  sighting: Sighting,
  { action }: Intent,
  { ready_ms }: ServiceReport,
  folder: StateFolder,
): UpStep {
  const reading = readRecord(folder, sighting.name);
  const pid = reading.kind === "record" ? reading.record.pid : null;
  if (action === "join") return stepOf(sighting, "running", pid, null);
  return stepOf(sighting, action === "restart" ? "restarted" : "started", pid, ready_ms);
}

function stepOf(
  { name, kind, spec }: Sighting,
  state: UpStep["state"],
  pid: number | null,
  ready_ms: number | null,
): UpStep {
  const url = spec.address === undefined ? null : urlOf(spec.address);
  return { name, state, kind, url, pid, ready_ms };
}
