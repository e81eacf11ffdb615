import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { EXIT, UserError } from "../errors.ts";
import { type Launch, launchService } from "./launch.ts";
import { tailLog } from "./logs.ts";
import { membersOf } from "./os/identity.ts";
import { describeListener, findListeners, type Listener } from "./os/ports.ts";
import { type ProbeResult, probe } from "./probe.ts";
import { type StateFolder, serviceFiles } from "./state.ts";
import { DEFAULT_STOP_TIMEOUT_MS, stopService } from "./stop.ts";
import { findStrangers } from "./strangers.ts";
import type { ServiceRecord, ServiceSpec } from "./types.ts";

/** How long a service may take to become ready, unless its spec says otherwise; in milliseconds. */
export const DEFAULT_START_TIMEOUT_MS = 15_000;

const LAST_LOG_LINES = 10;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Starts a service that does not run, and waits until it is ready. Only for the holder of the lock.
 *
 * The service gets a session of its own and outlives the starter. If it ends, is not ready in time, or
 * `signal` is aborted, all of it is stopped and its record removed before this rejects.
 *
 * @throws UserError `port_taken`, `start_failed` with the last lines of the log, `state_unwritable` or
 *   `stop_failed`; or the signal's reason
 */
export async function startService(
  spec: ServiceSpec,
  state: StateFolder,
  { signal }: { signal?: AbortSignal } = {},
): Promise<ServiceRecord> {
  signal?.throwIfAborted();
  const [taken] = await findListeners(spec.address);
  if (taken !== undefined) throw portTaken(spec, taken);

  const { record, ended, logSize } = launchService(spec, state);
  if (record === undefined) throw await startFailed(spec, state, await reasonOf(ended), logSize);

  const trouble = await untilReady(spec, state, record, ended, signal);
  if (trouble === undefined) return record;
  await stopService(record, state, { timeoutMs: spec.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS });
  signal?.throwIfAborted();
  throw await startFailed(spec, state, trouble, logSize);
}

/** Resolves with what went wrong, or with nothing when the service is ready. */
async function untilReady(
  spec: ServiceSpec,
  state: StateFolder,
  record: ServiceRecord,
  ended: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const timeoutMs = spec.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
  const over = AbortSignal.any([ended, AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  let last: ProbeResult | undefined;
  for (let pause = FIRST_PAUSE_MS; !over.aborted; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const answer = await probe(spec.address, spec.ready, over);
    if (answer.ok && !ended.aborted) return await strangerOn(state, record);
    if (!over.aborted) last = answer;
    // Rejects when it is over, which the loop sees by itself.
    await Promise.allSettled([delay(pause, undefined, { signal: over })]);
  }
  if (ended.aborted) return await reasonOf(ended);
  const { host, port } = spec.address;
  return `GET http://${host.includes(":") ? `[${host}]` : host}:${port}${spec.ready.path} gave ${last?.error ?? "no answer"} for ${timeoutMs} ms`;
}

/** Another process may have taken the port meanwhile: then the good answer is not the service's. */
async function strangerOn(state: StateFolder, record: ServiceRecord): Promise<string | undefined> {
  const mark = { service: record.name, stateDir: state.root };
  const [stranger] = await findStrangers(record, record.pid, () => membersOf(mark, record));
  return stranger && `port ${record.port} is answered by another process: ${describeListener(stranger)}`;
}

async function reasonOf(ended: Launch["ended"]): Promise<string> {
  if (!ended.aborted) await once(ended, "abort");
  return String(ended.reason);
}

function portTaken({ name, address: { port } }: ServiceSpec, listener: Listener): UserError {
  return new UserError(
    "port_taken",
    `${name} needs port ${port}, but it is taken by ${describeListener(listener)}.`,
    { hint: `Stop that process, or give ${name} another port.`, exitCode: EXIT.failed },
  );
}

async function startFailed(
  { name }: ServiceSpec,
  state: StateFolder,
  trouble: string,
  logSize: number,
): Promise<UserError> {
  const { log } = serviceFiles(state, name);
  const lines = (await tailLog(log, LAST_LOG_LINES, logSize)).map((line) => `  ${plain(line)}`);
  const hint = lines.length > 0 ? `The end of ${log}:\n${lines.join("\n")}` : `It wrote nothing to ${log}.`;
  return new UserError("start_failed", `${name} did not become ready: ${trouble}.`, {
    hint,
    exitCode: EXIT.failed,
  });
}

/** A line of a log as it may be shown on any terminal. */
function plain(line: string): string {
  return stripVTControlCharacters(line).slice(0, 500);
}
