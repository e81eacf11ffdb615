import { interleaveLogs } from "../logs/interleave-logs.ts";
import { logFiles } from "../logs/log-files.ts";
import { type LogLine, type LogSelection, openLogReader } from "../logs/log-reader.ts";
import type { StateFolder } from "../state-folder.ts";

export type { LogLine } from "../logs/log-reader.ts";

/** What services have logged, interleaved by time; with `signal`, also what comes until it aborts. */
export async function* logLines(
  state: StateFolder,
  services: readonly string[],
  selection: LogSelection,
  signal?: AbortSignal,
): AsyncGenerator<LogLine> {
  const readers = services.map((name) => openLogReader(name, logFiles(state, name), selection));
  yield* interleaveLogs(await Promise.all(readers), signal);
}
