import { addedBesidePassThrough, atMostMs } from "./beside.ts";
import { type Comparison, measure } from "./comparison.ts";
import { type LineUp, type Source, startLineUp } from "./line-up.ts";

const MANY = { streams: 50, tokens: 10_000 };

/** What the gateway may add to the first token where all of these begin at once, in milliseconds. */
const FIRST_OF_MANY_MS = 60;

/** From an engine that is faster than its readers: events a second, and the first token of streams that begin at once. */
export async function throughput(): Promise<Comparison[]> {
  const lineUp = await startLineUp(0);
  const comparisons = [
    await streams(lineUp, { streams: 1, tokens: 100_000 }),
    await streams(lineUp, MANY),
    await firstTokens(lineUp),
  ];
  await lineUp.stop();
  return comparisons;
}

async function streams(lineUp: LineUp, size: { streams: number; tokens: number }): Promise<Comparison> {
  const rate = async (source: Source): Promise<number> => {
    const { tookMs } = await lineUp.read(source, { ...size, everyMs: 0, timed: false });
    return (size.streams * size.tokens) / (tookMs / 1000);
  };
  const many = size.streams === 1 ? "1 stream" : `${size.streams} streams`;
  return {
    what: `gateway, ${many} of ${size.tokens.toLocaleString("en")} tokens`,
    peer: "pass-through",
    unit: "events/s",
    bound: { on: "ratio", side: "at least", value: 0.5 },
    rounds: await measure({ warmUp: 2, rounds: 9 }, async () => ({
      peer: await rate("pass-through"),
      ours: await rate("gateway"),
    })),
  };
}

async function firstTokens(lineUp: LineUp): Promise<Comparison> {
  const load = { ...MANY, everyMs: 0, timed: false };
  const readings = await measure({ warmUp: 1, rounds: 7 }, async () => ({
    engine: await lineUp.read("engine", load),
    "pass-through": await lineUp.read("pass-through", load),
    gateway: await lineUp.read("gateway", load),
  }));
  const figure = {
    source: "gateway",
    wait: "first",
    share: "P50",
    bound: atMostMs(FIRST_OF_MANY_MS),
  } as const;
  const { what, ...comparison } = addedBesidePassThrough(readings, figure);
  return { what: `${what}, ${MANY.streams} full-speed streams at once`, ...comparison };
}
