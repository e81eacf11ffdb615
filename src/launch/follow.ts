import { EXIT, UserError } from "../errors.ts";
import type { ServiceReport } from "../supervisor/keep/types.ts";
import { readWanted } from "../supervisor/keep/wanted.ts";
import { tailLog } from "../supervisor/logs/tail.ts";
import { plainLine } from "../supervisor/start-failed.ts";
import { type StateFolder, SUPERVISOR, serviceFiles } from "../supervisor/state.ts";
import { type SupervisorWord, supervisorWords } from "./word.ts";

export interface FollowOptions {
  /** By service: the request that its state must answer. */
  readonly requests: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Told of each service as it becomes ready. */
  readonly onReady: (name: string, report: ServiceReport) => void;
  /** Told when another service is being started. */
  readonly onStarting: (name: string) => void;
}

/** How often the supervisor's word is looked up, in milliseconds. */
const POLL_MS = 10;

/**
 * Resolves when the supervisor has made all requests come true. Throws the UserError of the first service that
 * could not be started, {@link SupervisorLost}, or the signal's reason.
 */
export async function follow(folder: StateFolder, options: FollowOptions): Promise<void> {
  const { requests, signal, onStarting } = options;
  const pending = new Map(requests);
  let starting = "";
  for await (const { services, isLost } of supervisorWords(folder, { signal, everyMs: POLL_MS })) {
    if (isLost) throw await supervisorLost(folder);
    settle(folder, pending, services, options);
    if (pending.size === 0) return;
    const next = [...pending.keys()].find((name) => services[name]?.phase === "starting");
    if (next !== undefined && next !== starting) onStarting(next);
    starting = next ?? starting;
  }
  signal.throwIfAborted();
}

/** Takes out what is ready. Throws where one never will be. */
function settle(
  folder: StateFolder,
  pending: Map<string, string>,
  services: SupervisorWord["services"],
  { onReady }: FollowOptions,
): void {
  for (const [name, request] of pending) {
    const report = services[name];
    if (report === undefined || report.request !== request) {
      renew(folder, pending, name);
    } else if (report.phase === "failed") {
      throw problemOf(name, report);
    } else if (report.phase === "ready") {
      pending.delete(name);
      onReady(name, report);
    }
  }
}

/** Another command may have asked for the same service meanwhile, or have stopped it. */
function renew(folder: StateFolder, pending: Map<string, string>, name: string): void {
  const wanted = readWanted(folder).services[name];
  if (wanted !== undefined) {
    pending.set(name, wanted.request);
    return;
  }
  throw new UserError("start_failed", `${name} was stopped by another command while it was being started.`, {
    hint: "`stack up` starts it again.",
    exitCode: EXIT.failed,
  });
}

/** What the supervisor says is wrong with a service, as an error. */
export function problemOf(name: string, { problem }: ServiceReport): UserError {
  if (problem === null)
    return new UserError("start_failed", `${name} was given up.`, { exitCode: EXIT.failed });
  return new UserError("start_failed", problem.message, {
    ...(problem.hint !== null && { hint: problem.hint }),
    exitCode: EXIT.failed,
  });
}

const LAST_LOG_LINES = 5;

/** Somebody or something has ended the supervisor. */
export class SupervisorLost extends UserError {}

async function supervisorLost(folder: StateFolder): Promise<SupervisorLost> {
  const { log } = serviceFiles(folder, SUPERVISOR);
  const lines = (await tailLog(log, LAST_LOG_LINES)).map((line) => `  ${plainLine(line)}`);
  return new SupervisorLost("start_failed", "The supervisor ended while services were being started.", {
    hint: ["`stack up` starts another one, which goes on.", `The end of ${log}:`, ...lines].join("\n"),
    exitCode: EXIT.failed,
  });
}
