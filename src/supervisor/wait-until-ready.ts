import { setTimeout as delay } from "node:timers/promises";
import { placeText } from "../contract/address.ts";
import { withoutStop } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { describeListener, isInTheWay, listeningAddressesOf } from "../os/listening-ports.ts";
import { isSameProcess } from "../os/process-identity.ts";
import { everyone, membersOf } from "../os/process-members.ts";
import { findForeignListeners } from "./find-foreign-listeners.ts";
import { followDaemonizedService, noteChanges } from "./follow-daemonized-service.ts";
import type { Exit, Launch } from "./launch-service.ts";
import { isSameRun, readRecord } from "./process-record.ts";
import { describeProbe, type ProbeTarget, probe } from "./run-probe.ts";
import { RunLog } from "./search-run-log.ts";
import { serviceMark } from "./service-mark.ts";
import { DEFAULT_START_TIMEOUT_MS, type ServiceRecord, type ServiceSpec } from "./service-spec.ts";
import { startFailed } from "./start-failed.ts";
import type { StateFolder } from "./state-folder.ts";
import { withLock } from "./state-lock.ts";
import { stopService } from "./stop-service.ts";

/** Pause between two probes, as a share of the time since the first: no start is told later than by this share. */
const PAUSE_SHARE = 0.05;
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;

/**
 * Waits until a service that was launched is ready. Not for the holder of the lock: this takes it where it has to.
 *
 * A leader that ends with code 0 and leaves others of the service behind has made a daemon of it: the oldest of
 * those is its leader from then on. If the service ends otherwise, or is not ready in time, all of it is stopped and
 * its record removed before this rejects.
 *
 * @returns the service's record, which is another than the launch's where a daemon was followed
 * @throws StartFailure with the last lines of the log
 */
export async function waitUntilReady(
  spec: AskedSpec,
  state: StateFolder,
  launch: Launch,
): Promise<ServiceRecord> {
  const { record, trouble, exit } = await waitForReadiness(spec, state, launch);
  if (trouble === undefined) return await noteChanges(record, state);
  const more = await stopRun(record, state).then(
    () => "",
    (error) => {
      if (!(error instanceof UserError)) throw error;
      return `. What is more, ${withoutStop(error.message)}`;
    },
  );
  throw await startFailed(spec, state, trouble + more, launch.logSize, exit);
}

/** A service with the environment that commands which ask after it are run with. */
type AskedSpec = ServiceSpec & Pick<ProbeTarget, "environment">;

interface Waited {
  readonly record: ServiceRecord;
  /** What went wrong; absent when the service is ready. */
  readonly trouble?: string;
  /** Where the service ended by itself. */
  readonly exit?: Exit;
}

async function waitForReadiness(spec: AskedSpec, state: StateFolder, launch: Launch): Promise<Waited> {
  const timeoutMs = spec.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
  const over = AbortSignal.timeout(timeoutMs);
  const target = targetOf(spec, launch);
  let { record } = launch;
  let error = "no answer";
  const started = performance.now();
  while (!over.aborted) {
    const untilEnd = AbortSignal.any([over, ...endSignals(record, launch)]);
    const answer = await probe(target, spec.ready, untilEnd);
    if (hasEnded(record, launch)) {
      const daemon = await daemonOf(record, state, launch);
      if (daemon === undefined)
        return { record, trouble: String(launch.ended.reason), exit: await launch.exit };
      record = daemon;
      continue;
    }
    if (answer.ok) return await withoutStranger(record, spec, state);
    if (!over.aborted) error = answer.error ?? error;
    // Rejects when it is over, which the loop sees by itself.
    await Promise.allSettled([
      delay(pauseAfter(performance.now() - started), undefined, { signal: untilEnd }),
    ]);
  }
  const deadline = `${describeProbe(spec, spec.ready)} gave ${error} for ${timeoutMs} ms (start_timeout_ms)`;
  return { record, trouble: deadline + whereElse(spec, record, state) };
}

/** Where a service listens that does not listen at its address: a dev server on `[::1]`, or on the next free port. */
function whereElse({ address }: ServiceSpec, record: ServiceRecord, state: StateFolder): string {
  if (address === undefined) return "";
  const members = everyone(membersOf(serviceMark(record.name, state, record), record));
  const places = listeningAddressesOf(members.map(({ pid }) => pid));
  const isThere = places.some(({ host, port }) => port === address.port && isInTheWay(host, address.host));
  if (places.length === 0 || isThere) return "";
  const found = places.map(placeText).join(" and ");
  return `; it listens at ${found}, and its host and port are set to ${placeText(address)}`;
}

function pauseAfter(elapsedMs: number): number {
  return Math.min(Math.max(elapsedMs * PAUSE_SHARE, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
}

/** The end of a child of this process is told by the OS; that of a daemon which was followed is looked up. */
function endSignals(record: ServiceRecord, launch: Launch): AbortSignal[] {
  return record === launch.record ? [launch.ended] : [];
}

function hasEnded(record: ServiceRecord, launch: Launch): boolean {
  return record === launch.record ? launch.ended.aborted : !isSameProcess(record);
}

function targetOf({ address, environment }: AskedSpec, { record, logSize }: Launch): ProbeTarget {
  const runLog = new RunLog(record.log, logSize);
  return { ...(address && { address }), runLog, environment };
}

/** The record of what goes on after the leader has ended; undefined where that was the end. */
async function daemonOf(
  record: ServiceRecord,
  state: StateFolder,
  { exit }: Launch,
): Promise<ServiceRecord | undefined> {
  const { code } = await exit;
  return code === 0 ? await followDaemonizedService(record, state) : undefined;
}

/** Another process may have taken the port meanwhile: then the good answer is not the service's. */
async function withoutStranger(
  record: ServiceRecord,
  { address }: ServiceSpec,
  state: StateFolder,
): Promise<Waited> {
  if (address === undefined) return { record };
  const mark = serviceMark(record.name, state, record);
  const [stranger] = await findForeignListeners(address, record.pid, () => membersOf(mark, record));
  if (stranger === undefined) return { record };
  return {
    record,
    trouble: `port ${address.port} is answered by another process: ${describeListener(stranger)}`,
  };
}

/** Stops what a start left, unless somebody has cleared it away, or even started the service again, by now. */
export async function stopRun(record: ServiceRecord, state: StateFolder): Promise<void> {
  await withLock(state, async () => {
    const reading = readRecord(state, record.name);
    if (reading.kind === "record" && isSameRun(reading.record, record)) await stopService(record, state);
  });
}
