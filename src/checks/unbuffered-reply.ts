import { CouldNotRun } from "../harness/define-check.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { isWholeEnding, lastWord } from "./stream-endings.ts";

/** So many pieces, at least, within so many milliseconds are written at the pace of no model. */
const FEWEST_PIECES = 20;
const AT_ONCE_MS = 100;

/** Throws CouldNotRun where a whole reply came at once: when its reader saw the middle of it, nothing was left to end. */
export function requireUnbufferedReply(stream: SeenStream | null): void {
  if (stream === null || !isWholeEnding(lastWord(stream))) return;
  const times = stream.facts.filter(({ kind }) => kind === "text").map(({ at_ms }) => at_ms);
  const [first = 0, last = first] = [times[0], times.at(-1)];
  if (times.length < FEWEST_PIECES || last - first > AT_ONCE_MS) return;
  throw new CouldNotRun(
    `the reply came whole at once, ${times.length} pieces within ${Math.round(last - first)} ms, and was over when it could be ended: who holds it back, stack trace says`,
  );
}
