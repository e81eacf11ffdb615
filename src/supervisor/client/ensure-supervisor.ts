import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, rmSync, statSync } from "node:fs";
import { finished } from "node:stream/promises";
import { messageOf } from "../../errors/thrown-error.ts";
import { removeLivenessSocket } from "../../os/liveness-socket.ts";
import { isSameProcess, isStopped } from "../../os/process-identity.ts";
import { everyone, membersOf } from "../../os/process-members.ts";
import { MARK } from "../../os/process-table.ts";
import { resumeInterrupted } from "../logs/resume-rotation.ts";
import { readRecord, writeRecord } from "../process-record.ts";
import { processFields } from "../record-fields.ts";
import { withoutSecrets } from "../secret-variables.ts";
import { digestOfJson } from "../service-digest.ts";
import { markedPath, serviceMark } from "../service-mark.ts";
import type { Command, ServiceRecord } from "../service-spec.ts";
import { startFailed } from "../start-failed.ts";
import { openLog, type StateFolder, SUPERVISOR, serviceFiles } from "../state-folder.ts";
import type { LockedState } from "../state-lock.ts";
import { stopService } from "../stop-service.ts";
import type { SupervisorPlan } from "../supervisor-protocol.ts";

/** A supervisor's process that waits for its plan. It ends by itself if whoever started it ends before. */
export interface WaitingSupervisor {
  readonly command: Command;
  readonly child: ChildProcess;
  /** Size of its log before it, in bytes. */
  readonly logSize: number;
  /** Ends it, and leaves nothing of it but what it has written; for whoever finds that none is needed. */
  dismiss(): void;
}

/**
 * Starts a supervisor's process where there is none, so that it loads while its plan is being made. Whoever asks hands
 * it to {@link ensureSupervisor}, or dismisses it.
 *
 * @returns undefined where there is a supervisor, or what was one, and where the process cannot be started
 */
export function startWaitingSupervisor(state: LockedState, command: Command): WaitingSupervisor | undefined {
  if (findSupervisor(state) !== undefined) return undefined;
  const { log: path } = serviceFiles(state, SUPERVISOR);
  const isFirst = !existsSync(path);
  const log = openLog(path);
  try {
    const child = spawnMarked(command, state, log.fd);
    // Whoever hands it its plan is told.
    child.once("error", () => undefined);
    child.stdin?.once("error", () => undefined);
    const dismiss = (): void => {
      child.kill("SIGKILL");
      const isEmpty = statSync(path, { throwIfNoEntry: false })?.size === 0;
      if (isFirst && isEmpty) rmSync(path, { force: true });
    };
    return child.pid === undefined ? undefined : { command, child, logSize: log.size, dismiss };
  } finally {
    closeSync(log.fd);
  }
}

/**
 * Sees to it that a supervisor with this plan lives: one with another plan, or one that somebody has suspended, is
 * ended, which its services do not notice, and a new one started. It needs the lock soon.
 *
 * @param command that starts a supervisor's process
 * @param waiting one that was started before; none is looked for then
 * @returns the record of the living supervisor
 * @throws UserError `start_failed`, `stop_failed` or `state_unwritable`
 */
export async function ensureSupervisor(
  plan: SupervisorPlan,
  state: LockedState,
  command: Command,
  waiting?: WaitingSupervisor,
): Promise<ServiceRecord> {
  const digest = digestOfJson(plan);
  if (waiting !== undefined) return await startSupervisor(plan, digest, state, waiting);
  const present = findSupervisor(state);
  if (present?.config_digest === digest && isSameProcess(present) && !isStopped(present.pid)) return present;
  if (present !== undefined) await stopService(present, state, { timeoutMs: END_TIMEOUT_MS });
  resumeInterrupted(state);
  return await startSupervisor(plan, digest, state, { command });
}

/** Ends the supervisor, if there is one; services live on. @throws UserError `stop_failed` */
export async function endSupervisor(state: LockedState): Promise<void> {
  const present = findSupervisor(state);
  if (present !== undefined) await stopService(present, state, { timeoutMs: END_TIMEOUT_MS });
  removeLivenessSocket(state.run, SUPERVISOR);
  resumeInterrupted(state);
}

/** A supervisor has nothing to finish: one that does not end at once hangs. */
const END_TIMEOUT_MS = 1000;

/** By its record; one whose record was lost is known by its mark. */
function findSupervisor(state: StateFolder): ServiceRecord | undefined {
  const reading = readRecord(state, SUPERVISOR);
  if (reading.kind === "record") return reading.record;
  const [lost] = everyone(membersOf(serviceMark(SUPERVISOR, state)));
  return lost && recordOf(lost.pid, { file: "", args: [], cwd: state.root }, state);
}

/**
 * The plan goes by the standard input, because a command line is for everybody to read, and ends only after the
 * record was written: a supervisor that has its whole plan is a recorded one.
 */
async function startSupervisor(
  plan: SupervisorPlan,
  digest: string,
  state: StateFolder,
  { command, child: waiting, logSize }: Pick<WaitingSupervisor, "command"> & Partial<WaitingSupervisor>,
): Promise<ServiceRecord> {
  const log = openLog(serviceFiles(state, SUPERVISOR).log);
  try {
    const child = waiting ?? spawnMarked(command, state, log.fd);
    const { pid, stdin } = child;
    if (pid === undefined || stdin === null) throw (await once(child, "error"))[0];
    const record = { ...recordOf(pid, command, state), config_digest: digest };
    writeRecord(state, record);
    child.unref();
    stdin.end(JSON.stringify(plan));
    await finished(stdin);
    return record;
  } catch (error) {
    throw await startFailed({ name: SUPERVISOR }, state, messageOf(error), logSize ?? log.size);
  } finally {
    closeSync(log.fd);
  }
}

function spawnMarked({ file, args, cwd, env }: Command, state: StateFolder, log: number): ChildProcess {
  return spawn(file, args, {
    cwd,
    env: {
      ...withoutSecrets(process.env),
      ...env,
      [MARK.service]: SUPERVISOR,
      [MARK.stateDir]: markedPath(state),
    },
    detached: true,
    stdio: ["pipe", log, log],
  });
}

function recordOf(pid: number, { file, args, cwd }: Command, state: StateFolder): ServiceRecord {
  return {
    name: SUPERVISOR,
    ...processFields(pid),
    command: { file, args },
    cwd,
    log: serviceFiles(state, SUPERVISOR).log,
    started_at: new Date().toISOString(),
  };
}
