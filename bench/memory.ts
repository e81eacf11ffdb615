import { setTimeout as delay } from "node:timers/promises";
import { type Comparison, measure } from "./comparison.ts";
import { type LineUp, type Load, type Source, startLineUp } from "./line-up.ts";
import type { Reading } from "./peers/reader.ts";

/** One token a second: open, and all but idle. */
const PACE_MS = 1_000;

/** At the look all streams are open and have had tokens, and none has ended. */
const LOAD = { streams: 200, tokens: 4, everyMs: 0, timed: false, lookAfterMs: 2_500 };

/** Resident memory that an open stream costs, in processes that are new each round. */
export async function memory(): Promise<Comparison[]> {
  const rounds = await measure({ warmUp: 0, rounds: 5 }, async () => {
    const lineUp = await startLineUp(PACE_MS);
    const { streamKiB: peer } = await readAndWeigh(lineUp, "pass-through", LOAD);
    const { streamKiB: ours } = await readAndWeigh(lineUp, "gateway", LOAD);
    await lineUp.stop();
    return { ours, peer };
  });
  return [{ what: `gateway, an open stream of ${LOAD.streams}`, peer: "pass-through", unit: "KiB", rounds }];
}

/** A reading, and what its process needed for each stream. */
export interface Weighed extends Reading {
  readonly streamKiB: number;
}

/** Reads, and looks at the memory meanwhile. */
export async function readAndWeigh(
  lineUp: LineUp,
  source: Source,
  { lookAfterMs, ...load }: Load & { readonly lookAfterMs: number },
): Promise<Weighed> {
  await lineUp.read(source, { streams: 20, tokens: 2, everyMs: 0, timed: false });
  const before = lineUp.residentKiB(source);
  const reading = lineUp.read(source, load);
  await delay(lookAfterMs);
  const streamKiB = (lineUp.residentKiB(source) - before) / load.streams;
  return { ...(await reading), streamKiB };
}
