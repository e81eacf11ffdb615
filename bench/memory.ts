import { setTimeout as delay } from "node:timers/promises";
import { type Comparison, measure } from "./comparison.ts";
import { type LineUp, startLineUp } from "./line-up.ts";

const STREAMS = 200;

/** One token a second: open, and all but idle. */
const PACE_MS = 1_000;
const TOKENS = 4;

/** By then all streams are open and have had tokens, and none has ended. */
const LOOK_AFTER_MS = 2_500;

/** Resident memory that an open stream costs, in processes that are new each round. */
export async function memory(): Promise<Comparison[]> {
  const rounds = await measure({ warmUp: 0, rounds: 5 }, async () => {
    const lineUp = await startLineUp(PACE_MS);
    const peer = await memoryPerStream(lineUp, "pass-through");
    const ours = await memoryPerStream(lineUp, "gateway");
    await lineUp.stop();
    return { ours, peer };
  });
  return [{ what: `gateway, an open stream of ${STREAMS}`, peer: "pass-through", unit: "KiB", rounds }];
}

async function memoryPerStream(lineUp: LineUp, source: "gateway" | "pass-through"): Promise<number> {
  const load = { everyMs: 0, timed: false };
  await lineUp.read(source, { ...load, streams: 20, tokens: 2 });
  const before = lineUp.residentKiB(source);
  const reading = lineUp.read(source, { ...load, streams: STREAMS, tokens: TOKENS });
  await delay(LOOK_AFTER_MS);
  const during = lineUp.residentKiB(source);
  await reading;
  return (during - before) / STREAMS;
}
