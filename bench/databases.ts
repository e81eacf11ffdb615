import { type Bound, type Comparison, measure } from "./comparison.ts";
import { startLineUp } from "./line-up.ts";
import { startPostgresql } from "./postgresql-server.ts";
import { quantile } from "./statistics.ts";

/** The engine's time from token to token; the first comes at once. */
const PACE_MS = 5;

/** One message after the other: each reply lasts for a tenth of a second, so that its reader comes in time. */
const LOAD = { streams: 30, tokens: 20, everyMs: 130, timed: true } as const;

const BOUND: Bound = { on: "ratio", side: "at most", value: 1.25 };

/** What a message costs with the conversations in PostgreSQL, beside SQLite: the same HMI, gateway and engine. */
export async function databases(): Promise<Comparison[]> {
  const server = await startPostgresql();
  const sqlite = await startLineUp(PACE_MS);
  const postgresql = await startLineUp(PACE_MS, { STACK_STORE_URL: await server.createDatabase("bench") });
  const rounds = await measure({ warmUp: 1, rounds: 5 }, async () => ({
    postgresql: await postgresql.read("hmi", LOAD),
    sqlite: await sqlite.read("hmi", LOAD),
  }));
  await postgresql.stop();
  await sqlite.stop();
  await server.stop();
  return (["acceptedMs", "firstMs"] as const).map((wait) => ({
    what: `HMI and gateway on PostgreSQL, ${wait === "firstMs" ? "time to the first token" : "the message accepted"}, P50`,
    peer: "on SQLite",
    unit: "ms",
    rounds: rounds.map((round) => ({
      ours: quantile(round.postgresql[wait], 0.5),
      peer: quantile(round.sqlite[wait], 0.5),
    })),
    ...(wait === "firstMs" && { bound: BOUND }),
  }));
}
