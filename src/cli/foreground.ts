import type { Config } from "../config/schema.ts";
import { EXIT, UserError } from "../errors.ts";
import {
  readRecord,
  type ServiceRecord,
  type StateFolder,
  stateFolder,
  stopService,
  tailLog,
  watchServices,
  withLock,
} from "../supervisor/index.ts";
import type { Screen } from "./screen.ts";

const LAST_LOG_LINES = 10;

/**
 * Stays until Ctrl-C, then stops what was started, the last first. Where one service ends by itself, the
 * others are stopped too, and a UserError tells which it was and its last words. Where another command
 * stopped them, that is all there is to say.
 */
export async function superviseInForeground(
  started: readonly ServiceRecord[],
  config: Config,
  { screen, signal }: { screen: Screen; signal: AbortSignal },
): Promise<void> {
  const state = stateFolder(config.state.dir);
  const names = started.map(({ name }) => name);
  screen.line(`  Ctrl-C stops ${started.length === 3 ? "all three" : names.join(" and ")}.`);
  const lost = await firstLost(started, signal);
  screen.progress("  stopping …");
  // `stack down` holds the lock until it has removed the records: only then can be told who ended what.
  const wasStopped = await withLock(state, async () => {
    const isOurs = (record: ServiceRecord): boolean => isRecorded(state, record);
    const stoppedByOthers = lost !== undefined && !isOurs(lost);
    for (const record of started.filter(isOurs).reverse()) await stopService(record, state);
    return stoppedByOthers;
  });
  if (lost !== undefined && !wasStopped) throw await lostService(lost);
  screen.line(wasStopped ? "  Stopped by another command." : `  Stopped ${names.join(", ")}.`);
}

/** The service that ended first; undefined where Ctrl-C came before. */
async function firstLost(
  started: readonly ServiceRecord[],
  signal: AbortSignal,
): Promise<ServiceRecord | undefined> {
  const end = new AbortController();
  let first: ServiceRecord | undefined;
  await watchServices(started, {
    signal: AbortSignal.any([signal, end.signal]),
    onExit(record) {
      first ??= record;
      end.abort();
    },
  });
  return first;
}

/** False where another command stopped it, or has started another one since. */
function isRecorded(state: StateFolder, { name, pid, start_time }: ServiceRecord): boolean {
  const reading = readRecord(state, name);
  return reading.kind === "record" && reading.record.pid === pid && reading.record.start_time === start_time;
}

async function lostService({ name, pid, log }: ServiceRecord): Promise<UserError> {
  const lines = (await tailLog(log, LAST_LOG_LINES)).map((line) => `  ${line}`);
  return new UserError("start_failed", `${name} (pid ${pid}) ended by itself, so the others were stopped.`, {
    hint: [`The end of ${log}:`, ...lines].join("\n"),
    exitCode: EXIT.failed,
  });
}
