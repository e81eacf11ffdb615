import { setTimeout as delay, setImmediate } from "node:timers/promises";
import type { LogLine, LogReader } from "./log-reader.ts";

/** How often it is looked for new lines, in milliseconds. */
const LOOK_EVERY_MS = 150;

/**
 * The lines of several services, interleaved by time: what is there, and with `signal` also what comes, until the
 * signal is aborted. Closes the readers. Lines of one service stay in the order in which they were written.
 */
export async function* interleaveLogs(
  readers: readonly LogReader[],
  signal?: AbortSignal,
): AsyncGenerator<LogLine> {
  try {
    yield* merge(readers, signal);
    while (signal !== undefined && !signal.aborted) {
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      yield* merge(readers, signal);
    }
    for (const reader of readers) yield* reader.end();
  } finally {
    for (const reader of readers) reader.close();
  }
}

/** What is there now, of all of them. No more of it is in memory than a block of each. */
async function* merge(
  readers: readonly LogReader[],
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine> {
  const heads = readers.map((reader) => ({ reader, lines: reader.read(), next: 0 }));
  for (;;) {
    let first: { head: (typeof heads)[number]; line: LogLine } | undefined;
    for (const head of heads) {
      const line = head.lines[head.next];
      if (line !== undefined && (first === undefined || line.order < first.line.order))
        first = { head, line };
    }
    if (first === undefined) return;
    yield first.line;
    const { head } = first;
    head.next += 1;
    if (head.next === head.lines.length) {
      // A service that writes faster than it is read would let nothing else happen here, not even the abort.
      await setImmediate();
      if (signal?.aborted) return;
      head.lines = head.reader.read();
      head.next = 0;
    }
  }
}
