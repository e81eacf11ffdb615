import { type Comparison, measure } from "./comparison.ts";
import { type LineUp, type Source, startLineUp } from "./line-up.ts";

/** Events a second from an engine that is faster than its readers. */
export async function throughput(): Promise<Comparison[]> {
  const lineUp = await startLineUp(0);
  const comparisons = [
    await streams(lineUp, { streams: 1, tokens: 100_000 }),
    await streams(lineUp, { streams: 50, tokens: 10_000 }),
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
