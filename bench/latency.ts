import { type Bound, type Comparison, measure } from "./comparison.ts";
import { type LineUp, type Source, startLineUp } from "./line-up.ts";
import type { Reading } from "./peers/reader.ts";
import { quantile } from "./statistics.ts";

const PACE_MS = 20;

/** Ten streams at any time; not in step with the pace, or the tokens of all would come at once. */
const LOAD = { streams: 50, tokens: 50, everyMs: 97, timed: true };

/** What a reader waits for. */
const WAITS = [
  { name: "to the first token", timesIn: (reading: Reading) => reading.firstMs, mostAddedMs: 5 },
  { name: "per token", timesIn: (reading: Reading) => reading.transitMs, mostAddedMs: 1 },
] as const;

const SHARES = { P50: 0.5, P99: 0.99 } as const;

type Readings = Readonly<Record<Source, Reading>>;

/** How long a token takes through the gateway: all in all, and what the gateway adds to the engine alone. */
export async function latency(): Promise<Comparison[]> {
  const lineUp = await startLineUp(PACE_MS);
  const readings = await measure({ warmUp: 1, rounds: 5 }, () => readAll(lineUp));
  await lineUp.stop();
  return WAITS.flatMap((wait) => [
    ...compare(readings, wait, "P50"),
    // The contract's limits are for P99.
    ...compare(readings, wait, "P99", { on: "ours", side: "at most", value: wait.mostAddedMs }),
  ]);
}

async function readAll(lineUp: LineUp): Promise<Readings> {
  return {
    engine: await lineUp.read("engine", LOAD),
    "pass-through": await lineUp.read("pass-through", LOAD),
    gateway: await lineUp.read("gateway", LOAD),
  };
}

function compare(
  readings: readonly Readings[],
  { name, timesIn }: (typeof WAITS)[number],
  share: keyof typeof SHARES,
  bound?: Bound,
): Comparison[] {
  const rounds = readings.map((each) => {
    const time = (source: Source): number => quantile(timesIn(each[source]), SHARES[share]);
    return { gateway: time("gateway"), passThrough: time("pass-through"), engine: time("engine") };
  });
  const what = `gateway, time ${name}, ${share}`;
  return [
    {
      what,
      peer: "engine alone",
      unit: "ms",
      rounds: rounds.map(({ gateway, engine }) => ({ ours: gateway, peer: engine })),
    },
    {
      what: `${what}, added to the engine's`,
      peer: "pass-through",
      unit: "ms",
      rounds: rounds.map(({ gateway, passThrough, engine }) => ({
        ours: gateway - engine,
        peer: passThrough - engine,
      })),
      ...(bound && { bound }),
    },
  ];
}
