import { addedBesidePassThrough, addedBesideSaving, atMostMs, besideEngine } from "./beside.ts";
import { type Comparison, measure } from "./comparison.ts";
import { type LineUp, startLineUp } from "./line-up.ts";

const PACE_MS = 20;
const USERS = 10;

/**
 * A hundred messages a minute: each user sends one every 6 s, and reads for 4 s. Not in step with the pace,
 * or the tokens of all would come at once.
 */
const LOAD = { conversations: USERS, tokens: 200, everyMs: 597, timed: true };

/** Three rounds of these make the hundred. */
const STREAMS = 34;

/** What ours may add to the engine's time at P99. */
const SHARE_LIMITS = { first: atMostMs(5), token: atMostMs(1) } as const;

/** The service targets (contract, section 6), and the stack's own share of the times, under their load. */
export async function serviceTargets(): Promise<Comparison[]> {
  const lineUp = await startLineUp(PACE_MS);
  await readAll(lineUp, USERS);
  const readings = await measure({ warmUp: 0, rounds: 3 }, () => readAll(lineUp, STREAMS));
  await lineUp.stop();
  return [
    besideEngine(readings, { source: "hmi", wait: "accepted", share: "P95", bound: atMostMs(500) }),
    besideEngine(readings, { source: "hmi", wait: "first", share: "P50", bound: atMostMs(1_000) }),
    besideEngine(readings, { source: "hmi", wait: "first", share: "P95", bound: atMostMs(1_500) }),
    besideEngine(readings, { source: "hmi", wait: "gap", share: "P50", bound: atMostMs(50) }),
    ...(["gateway", "hmi"] as const).flatMap((source) =>
      (["first", "token"] as const).flatMap((wait) => [
        addedBesidePassThrough(readings, { source, wait, share: "P50" }),
        addedBesidePassThrough(readings, { source, wait, share: "P99", bound: SHARE_LIMITS[wait] }),
      ]),
    ),
    addedBesideSaving(readings, { source: "hmi", wait: "first", share: "P50" }),
    addedBesideSaving(readings, { source: "hmi", wait: "first", share: "P99" }),
  ];
}

async function readAll(lineUp: LineUp, streams: number) {
  const load = { ...LOAD, streams };
  return {
    engine: await lineUp.read("engine", load),
    "pass-through": await lineUp.read("pass-through", load),
    "two pass-throughs": await lineUp.read("two pass-throughs", load),
    "two pass-throughs, one saving": await lineUp.read("two pass-throughs, one saving", load),
    gateway: await lineUp.read("gateway", load),
    hmi: await lineUp.read("hmi", load),
  };
}
