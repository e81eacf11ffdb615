import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync } from "node:fs";
import { messageOf } from "../errors.ts";
import { identify, identifySelf } from "./os/identity.ts";
import { MARK, type Mark } from "./os/process-table.ts";
import { discardRecord, writeRecord } from "./record.ts";
import { openLog, type StateFolder, serviceFiles } from "./state.ts";
import type { Command, ServiceRecord, ServiceSpec } from "./types.ts";

/** A service that has just been spawned. */
export interface Launch {
  /** Absent if the program could not be run at all. */
  readonly record: ServiceRecord | undefined;
  /** Aborted when the leader has ended; the reason is a text that says how. */
  readonly ended: AbortSignal;
  /** Size of the log before this run, in bytes. */
  readonly logSize: number;
}

/**
 * Spawns a service in a session of its own and writes its record, without a turn of the event loop in
 * between. Only for the holder of the lock.
 *
 * A starter that is killed in between leaves a service without a record, which is known by its mark. An
 * older record is removed before the spawn, so that it cannot contradict the mark.
 *
 * @throws UserError `state_unwritable`
 */
export function launchService(spec: ServiceSpec, state: StateFolder): Launch {
  const files = serviceFiles(state, spec.name);
  discardRecord(state, spec.name);
  const log = openLog(files.log);
  try {
    const child = spawnMarked(spec.command, { service: spec.name, stateDir: state.root }, log.fd);
    const ended = endOf(child, spec.command);
    if (child.pid === undefined) return { record: undefined, ended, logSize: log.size };
    const record = recordOf(spec, child.pid, files.log);
    writeOrKill(state, record);
    return { record, ended, logSize: log.size };
  } finally {
    closeSync(log.fd);
  }
}

function spawnMarked({ file, args, cwd, env }: Command, mark: Mark, log: number): ChildProcess {
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env, [MARK.service]: mark.service, [MARK.stateDir]: mark.stateDir },
    detached: true,
    stdio: ["ignore", log, log],
  });
  child.unref();
  return child;
}

function endOf(child: ChildProcess, command: Command): AbortSignal {
  const ended = new AbortController();
  child.once("exit", (code, signal) =>
    ended.abort(signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`),
  );
  child.once("error", (error) =>
    // The OS says ENOENT of the program even where it is the folder that is missing.
    ended.abort(existsSync(command.cwd) ? messageOf(error) : `its folder ${command.cwd} does not exist`),
  );
  return ended.signal;
}

function recordOf(spec: ServiceSpec, pid: number, log: string): ServiceRecord {
  const { file, args, cwd } = spec.command;
  return {
    name: spec.name,
    pid,
    // A process that has ended already has no start time to be compared with.
    start_time: identify(pid)?.startTime ?? "ended",
    boot_id: identifySelf().bootId,
    command: { file, args },
    cwd,
    host: spec.address.host,
    port: spec.address.port,
    log,
    started_at: new Date().toISOString(),
    ...(spec.labels ? { labels: spec.labels } : {}),
  };
}

function writeOrKill(state: StateFolder, record: ServiceRecord): void {
  try {
    writeRecord(state, record);
  } catch (error) {
    // A child that has not been waited for keeps its pid, so this cannot meet a stranger.
    process.kill(-record.pid, "SIGKILL");
    throw error;
  }
}
