import type { Config } from "../config/schema.ts";
import { EXIT, UserError } from "../errors.ts";
import { type ServiceRecord, stateFolder, stopService, tailLog, watchServices } from "../supervisor/index.ts";
import type { Screen } from "./screen.ts";

const LAST_LOG_LINES = 10;

/**
 * Stays until Ctrl-C, then stops what was started, the last first. Where one service ends by itself,
 * the others are stopped too, and a UserError tells which it was and its last words.
 */
export async function superviseInForeground(
  started: readonly ServiceRecord[],
  config: Config,
  { screen, signal }: { screen: Screen; signal: AbortSignal },
): Promise<void> {
  screen.line(
    `  Ctrl-C stops ${started.length === 3 ? "all three" : started.map(({ name }) => name).join(" and ")}.`,
  );
  const lost = new AbortController();
  let first: ServiceRecord | undefined;
  await watchServices(started, {
    signal: AbortSignal.any([signal, lost.signal]),
    onExit(record) {
      first ??= record;
      lost.abort();
    },
  });
  screen.progress("  stopping …");
  for (const record of started.toReversed()) await stopService(record, stateFolder(config.state.dir));
  if (first !== undefined) throw await lostService(first);
  screen.line(`  Stopped ${started.map(({ name }) => name).join(", ")}.`);
}

async function lostService({ name, pid, log }: ServiceRecord): Promise<UserError> {
  const lines = (await tailLog(log, LAST_LOG_LINES)).map((line) => `  ${line}`);
  return new UserError("start_failed", `${name} (pid ${pid}) ended by itself, so the others were stopped.`, {
    hint: [`The end of ${log}:`, ...lines].join("\n"),
    exitCode: EXIT.failed,
  });
}
