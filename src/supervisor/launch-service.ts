import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync } from "node:fs";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { describeListener, findListeners, type Listener } from "../os/listening-ports.ts";
import { describeManager, findManagerOf } from "../os/process-managers.ts";
import { whyNotRun } from "./not-runnable.ts";
import { discardRecord, writeRecord } from "./process-record.ts";
import { processFields, specFields } from "./record-fields.ts";
import { digestOf } from "./service-digest.ts";
import { serviceEnvironment } from "./service-environment.ts";
import { markedPath } from "./service-mark.ts";
import type { ServiceRecord, ServiceSpec } from "./service-spec.ts";
import { StartFailure } from "./start-failed.ts";
import { openLog, serviceFiles } from "./state-folder.ts";
import type { LockedState } from "./state-lock.ts";

/** How a child of this process ended: by an exit code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A service that has just been spawned. */
export interface Launch {
  readonly record: ServiceRecord;
  /** Resolves when the leader has ended. */
  readonly exit: Promise<Exit>;
  /** Aborted when the leader has ended; the reason is a text that says how: `it exited with code 1`. */
  readonly ended: AbortSignal;
  /** Size of the log before this run, in bytes. */
  readonly logSize: number;
}

/**
 * Spawns a service that does not run, in a session of its own, and writes its record; does not wait until it is ready.
 * It outlives this process.
 *
 * Between the spawn and the record there is no turn of the event loop. A starter that is killed in between leaves a
 * service without a record, which is known by its mark. An older record is removed before the spawn, so that it
 * cannot contradict the mark.
 *
 * @param asker the environment of whoever asked for it; this process's own if absent
 * @throws UserError `port_taken`, `start_failed` if the program cannot be run at all, `state_unwritable`
 */
export async function launchService(
  spec: ServiceSpec,
  state: LockedState,
  asker?: NodeJS.ProcessEnv,
): Promise<Launch> {
  const taken = spec.address ? await findListeners(spec.address) : [];
  if (taken.length > 0) throw portTaken(spec, taken);

  const files = serviceFiles(state, spec.name);
  discardRecord(state, spec.name);
  const log = openLog(files.log);
  try {
    const mark = { service: spec.name, stateDir: markedPath(state) };
    const env = serviceEnvironment(spec, mark, asker);
    const child = spawnDetached(spec, env, log.fd);
    if (child.pid === undefined) throw notRunnable(spec, env, (await once(child, "error"))[0]);
    const end = endOf(child);
    const record = recordOf(spec, child.pid, files.log, log.size);
    writeOrKill(state, record);
    return { record, ...end, logSize: log.size };
  } finally {
    closeSync(log.fd);
  }
}

function spawnDetached(spec: ServiceSpec, env: NodeJS.ProcessEnv, log: number): ChildProcess {
  const { file, args, cwd } = spec.command;
  try {
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", log, log] });
    child.unref();
    return child;
  } catch (error) {
    // Node tells of a few errors, such as ENOENT, by an event; of the others, such as ENOTDIR, like this.
    throw notRunnable(spec, env, error);
  }
}

function notRunnable({ name, command }: ServiceSpec, env: NodeJS.ProcessEnv, error: unknown): StartFailure {
  const { trouble, advice } = whyNotRun(command, error, env["PATH"]);
  return new StartFailure(`${name} could not be started: ${trouble}.`, {
    hint: advice === undefined ? `\`stack logs ${name}\` may show why.` : `${advice}, then: stack up`,
    reason: `it could not be started: ${trouble}`,
    isHopeless: true,
  });
}

function endOf(child: ChildProcess): Pick<Launch, "exit" | "ended"> {
  const ended = new AbortController();
  const exit = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve({ code, signal });
      ended.abort(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`);
    });
  });
  return { exit, ended: ended.signal };
}

function recordOf(spec: ServiceSpec, pid: number, log: string, logSize: number): ServiceRecord {
  const { file, args, cwd } = spec.command;
  return {
    name: spec.name,
    ...processFields(pid),
    command: { file, args },
    cwd,
    ...specFields(spec),
    config_digest: digestOf(spec),
    log,
    log_size: logSize,
    started_at: new Date().toISOString(),
  };
}

function writeOrKill(state: LockedState, record: ServiceRecord): void {
  try {
    writeRecord(state, record);
  } catch (error) {
    // A child that has not been waited for keeps its pid, so this cannot meet a stranger.
    process.kill(-record.pid, "SIGKILL");
    throw error;
  }
}

function portTaken({ name }: ServiceSpec, listeners: readonly Listener[]): UserError {
  const keepers = listeners.flatMap((listener) => findManagerOf(listener) ?? []);
  const kept = [...new Set(keepers.map((keeper) => ` ${describeManager(keeper)}`))].join("");
  const who = listeners.map(describeListener).join(" and ");
  return new UserError(
    "port_taken",
    `${name} needs port ${listeners[0]?.port}, but it is taken by ${who}.${kept}`,
    { hint: `Stop that process, or give ${name} another port.`, exitCode: EXIT.failed },
  );
}
