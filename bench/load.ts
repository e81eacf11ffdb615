import { addedBesidePassThrough } from "./beside.ts";
import { type Comparison, measure } from "./comparison.ts";
import { type LineUp, type Source, startLineUp } from "./line-up.ts";
import { readAndWeigh, type Weighed } from "./memory.ts";

const STREAMS = 1_000;

/** Two tokens a second: a thousand streams at a reading pace are more than two cores can do for anybody. */
const PACE_MS = 500;

/** They open one after the other in about 9 s, and each lasts for 14 s; at the look, all are open. */
const LOAD = { streams: STREAMS, tokens: 28, everyMs: 8, timed: true, lookAfterMs: 12_000 };

/** A stream is two sockets of a service; some more files are open anyway. */
const OPEN_FILES = 2 * STREAMS + 200;

/**
 * A thousand streams at once, through the gateway and through HMI and gateway. None may be cut short or get
 * a token of another, and the HMI must have saved every reply whole: the reader sees to it. The processes
 * are new each round, because memory that was needed once is not given back.
 */
export async function load(): Promise<Comparison[]> {
  requireOpenFiles();
  const rounds = await measure({ warmUp: 0, rounds: 3 }, async () => {
    const lineUp = await startLineUp(PACE_MS);
    const passes = {
      engine: await readAtOnce(lineUp, "engine"),
      "pass-through": await readAtOnce(lineUp, "pass-through"),
      "two pass-throughs": await readAtOnce(lineUp, "two pass-throughs"),
      gateway: await readAtOnce(lineUp, "gateway"),
      hmi: await readAtOnce(lineUp, "hmi"),
    };
    await lineUp.stop();
    return passes;
  });
  return (["gateway", "hmi"] as const).flatMap((source) => [
    addedBesidePassThrough(rounds, { source, wait: "first", share: "P50" }),
    addedBesidePassThrough(rounds, { source, wait: "first", share: "P99" }),
    addedBesidePassThrough(rounds, { source, wait: "token", share: "P50" }),
    addedBesidePassThrough(rounds, { source, wait: "token", share: "P99" }),
    {
      what: `${source === "hmi" ? "HMI" : "gateway"}, an open stream of ${STREAMS}`,
      peer: "pass-through",
      unit: "KiB",
      rounds: rounds.map((round) => ({
        ours: round[source].streamKiB,
        peer: round["pass-through"].streamKiB,
      })),
    },
  ]);
}

async function readAtOnce(lineUp: LineUp, source: Source): Promise<Weighed> {
  const reading = await readAndWeigh(lineUp, source, LOAD);
  if (reading.mostOpen === STREAMS) return reading;
  throw new Error(
    `Of ${STREAMS} streams only ${reading.mostOpen} were open at once: the machine is too slow.`,
  );
}

/** Node has raised its own limit to the hard one by now, as the services will. */
function requireOpenFiles(): void {
  const { userLimits } = process.report.getReport() as {
    userLimits: { open_files: { soft: number | string } };
  };
  const { soft } = userLimits.open_files;
  if (soft === "unlimited" || Number(soft) >= OPEN_FILES) return;
  throw new Error(`${STREAMS} streams need ${OPEN_FILES} open files a process, and the limit is ${soft}.`);
}
