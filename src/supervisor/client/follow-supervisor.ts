import { EXIT } from "../../errors/exit-codes.ts";
import { UserError } from "../../errors/user-error.ts";
import { readDesiredState } from "../daemon/desired-state-file.ts";
import { tailLog } from "../logs/tail-log.ts";
import { plainLine } from "../start-failed.ts";
import { type StateFolder, SUPERVISOR, serviceFiles } from "../state-folder.ts";
import type { ServiceReport } from "../supervisor-protocol.ts";
import { type SupervisorUpdate, supervisorUpdates } from "./supervisor-updates.ts";

export interface FollowOptions {
  /** By service: the request that its state must answer. */
  readonly requests: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Told of each service as it becomes ready. */
  readonly onReady: (name: string, report: ServiceReport) => void;
  /** Told when another service is being started. */
  readonly onStarting: (name: string) => void;
  /** Told of each start that failed and is tried again. */
  readonly onRetry?: (name: string, report: ServiceReport) => void;
  /** Told of each service that will not become ready. Without it the first one is an error. */
  readonly onFailed?: (name: string, report: ServiceReport) => void;
  /** Told of all reports, at each look. */
  readonly onLook?: (services: SupervisorUpdate["services"]) => void;
}

/** How often the supervisor's word is looked up, in milliseconds. */
const POLL_MS = 10;

/**
 * Resolves when the supervisor has made all requests come true. Throws the UserError of the first service that
 * could not be started, {@link StoppedMeanwhile}, {@link SupervisorLost}, or the signal's reason.
 */
export async function followSupervisor(folder: StateFolder, options: FollowOptions): Promise<void> {
  const { requests, signal, onStarting, onLook } = options;
  const pending = new Map(requests);
  const retries = new Map<string, string>();
  let starting = "";
  for await (const { services, isLost } of supervisorUpdates(folder, { signal, everyMs: POLL_MS })) {
    renew(folder, pending);
    if (isLost) throw await supervisorLost(folder);
    onLook?.(services);
    settle(pending, services, options);
    if (pending.size === 0) return;
    const names = [...pending.keys()];
    for (const name of names) tellRetry(name, services[name], retries, options);
    const next = names.find((name) => services[name]?.phase === "starting");
    if (next !== undefined && next !== starting) onStarting(next);
    starting = next ?? starting;
  }
  signal.throwIfAborted();
}

/** Takes out what is ready, and what never will be. */
function settle(
  pending: Map<string, string>,
  services: SupervisorUpdate["services"],
  { onReady, onFailed }: FollowOptions,
): void {
  for (const [name, request] of pending) {
    const report = services[name];
    if (report === undefined || report.request !== request) continue;
    const isHopeless = report.phase === "failed" || report.problem?.code === "dependency_failed";
    if (report.phase === "failed" && onFailed === undefined) throw reportedProblem(name, report);
    if (report.phase === "ready" || report.phase === "done") {
      pending.delete(name);
      onReady(name, report);
    } else if (isHopeless && onFailed !== undefined) {
      pending.delete(name);
      onFailed(name, report);
    }
  }
}

function tellRetry(
  name: string,
  report: ServiceReport | undefined,
  told: Map<string, string>,
  { onRetry }: FollowOptions,
): void {
  if (report?.phase !== "backoff" || report.last_exit === null) return;
  if (told.get(name) === report.last_exit.at) return;
  told.set(name, report.last_exit.at);
  onRetry?.(name, report);
}

/** Another command may have asked for the same service meanwhile, or have stopped it. */
function renew(folder: StateFolder, pending: Map<string, string>): void {
  const { services: wanted, problem } = readDesiredState(folder);
  if (problem !== undefined) return;
  const stopped = [...pending.keys()].filter((name) => wanted[name] === undefined);
  if (stopped.length > 0) throw stoppedMeanwhile(stopped);
  for (const [name, request] of pending) pending.set(name, wanted[name]?.request ?? request);
}

/** Another command, such as `stack down`, has stopped what was being started. */
export class StoppedMeanwhile extends UserError {}

function stoppedMeanwhile(names: readonly string[]): StoppedMeanwhile {
  const [were, they] = names.length === 1 ? ["was", "it was"] : ["were", "they were"];
  const message = `${names.join(", ")} ${were} stopped by another command while ${they} being started.`;
  const hint = `\`stack up\` starts ${names.length === 1 ? "it" : "them"} again.`;
  return new StoppedMeanwhile("start_failed", message, { hint, exitCode: EXIT.failed });
}

/** What the supervisor says is wrong with a service, as an error. */
export function reportedProblem(name: string, { problem }: ServiceReport): UserError {
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
