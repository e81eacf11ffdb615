/** The rig itself, in namespaces of its own: see `../hosts.ts`, which starts it. */
import { Cluster } from "./cluster.ts";
import { COPIES } from "./disturbance.ts";
import { actIsolated } from "./isolation.ts";
import { Network } from "./network.ts";
import { planRounds, type RoundResult, runRound, sayHello } from "./round.ts";
import { watchWrites } from "./store-audit.ts";
import { formatSummary, summarise } from "./summary.ts";

/** Slow enough that two cores are half idle with 50 replies. */
const TOKEN_DELAY_MS = 200;

interface RigOptions {
  readonly rounds: number;
  readonly replies: number;
  readonly seed: number;
  readonly only?: string;
  readonly json: boolean;
  readonly folder: string;
}

const options = JSON.parse(process.argv[2] ?? "") as RigOptions;
const results: RoundResult[] = [];

await actIsolated("The rig", () => runRounds(options), finish);

async function runRounds({ seed, rounds, replies, only, folder }: RigOptions): Promise<void> {
  const network = await Network.create();
  const cluster = await Cluster.start(network, { copies: COPIES, tokenDelayMs: TOKEN_DELAY_MS, folder });
  await watchWrites(cluster.postgresql);
  await sayHello(cluster);
  for (const [index, plan] of planRounds({ seed, rounds, replies, only }).entries()) {
    const result = await runRound(cluster, index + 1, plan);
    results.push(result);
    console.error(`${index + 1}/${rounds} ${progressOf(result)}`);
    for (const fault of result.faults) console.error(`    ${fault}`);
  }
}

/** Prints what was seen until now, and ends; 1 where a round was not well, else this. */
function finish(code: number): never {
  const { seed, replies, json } = options;
  const kinds = summarise(results);
  const faults = results.reduce((count, result) => count + result.faults.length, 0);
  const summary = { seed, replies, copies: COPIES, faults, kinds, rounds: results };
  if (json) console.log(JSON.stringify(summary, undefined, 2));
  else if (results.length > 0) console.log(formatSummary(kinds));
  console.error(`seed ${seed}: ${results.length} rounds of ${replies} replies, faults: ${faults}`);
  process.exit(faults > 0 ? 1 : code);
}

function progressOf({ disturbance, faults, endings, longestGapMs, tookMs }: RoundResult): string {
  const verdict = faults.length === 0 ? "ok" : `${faults.length} FAULTS`;
  const told = Object.entries(endings).map(([status, count]) => `${count} ${status}`);
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  return `${verdict}: ${disturbance}; ${told.join(", ")}; longest pause ${seconds(longestGapMs)}; ${seconds(tookMs)}`;
}
