import { addedBesidePassThrough, atMostMs, besideEngine, type Readings } from "./beside.ts";
import { type Comparison, measure } from "./comparison.ts";
import { type LineUp, startLineUp } from "./line-up.ts";

const PACE_MS = 20;

/** Ten streams at any time; not in step with the pace, or the tokens of all would come at once. */
const LOAD = { streams: 50, tokens: 50, everyMs: 97, timed: true };

/** What is waited for, and what the stack may add to it at P99 (contract, section 6), in milliseconds. */
const LIMITS = { first: 5, token: 1 } as const;

/** How long a token takes through the gateway: all in all, and what the gateway adds to the engine alone. */
export async function latency(): Promise<Comparison[]> {
  const lineUp = await startLineUp(PACE_MS);
  const readings = await measure({ warmUp: 1, rounds: 5 }, () => readAll(lineUp));
  await lineUp.stop();
  return (["first", "token"] as const).flatMap((wait) => {
    const [median, tail] = [
      { source: "gateway", wait, share: "P50" },
      { source: "gateway", wait, share: "P99" },
    ] as const;
    return [
      besideEngine(readings, median),
      addedBesidePassThrough(readings, median),
      besideEngine(readings, tail),
      addedBesidePassThrough(readings, { ...tail, bound: atMostMs(LIMITS[wait]) }),
    ];
  });
}

async function readAll(lineUp: LineUp): Promise<Readings<"gateway">> {
  return {
    engine: await lineUp.read("engine", LOAD),
    "pass-through": await lineUp.read("pass-through", LOAD),
    gateway: await lineUp.read("gateway", LOAD),
  };
}
