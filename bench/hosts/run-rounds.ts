/** The rig itself, in namespaces of its own: see `../hosts.ts`, which starts it. */
import { messageOf } from "../../src/errors.ts";
import { Cluster } from "./cluster.ts";
import { COPIES } from "./disturbance.ts";
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

// Whoever started this process has ended, or wants it to: with it go all processes in here.
process.stdin.once("end", () => process.exit(130)).resume();
// Both come from the terminal to all; the first process of a namespace obeys no signal that it does not ask for.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

const { rounds, replies, seed, only, json, folder } = JSON.parse(process.argv[2] ?? "") as RigOptions;
const results: RoundResult[] = [];
try {
  const cluster = await Cluster.start(await Network.create(), {
    copies: COPIES,
    tokenDelayMs: TOKEN_DELAY_MS,
    folder,
  });
  await watchWrites(cluster.postgresql);
  await sayHello(cluster);
  for (const [index, plan] of planRounds({ seed, rounds, replies, only }).entries()) {
    const result = await runRound(cluster, index + 1, plan);
    results.push(result);
    console.error(progressLine(index + 1, result));
    for (const fault of result.faults) console.error(`    ${fault}`);
  }
} catch (error) {
  process.exitCode = 1;
  console.error(`The rig has failed: ${error instanceof Error ? error.stack : messageOf(error)}`);
}
const kinds = summarise(results);
const faults = results.reduce((count, result) => count + result.faults.length, 0);
if (json)
  console.log(
    JSON.stringify({ seed, replies, copies: COPIES, faults, kinds, rounds: results }, undefined, 2),
  );
else {
  console.log(formatSummary(kinds));
  console.log(`\nseed ${seed}: ${results.length} rounds of ${replies} replies, faults: ${faults}`);
}
process.exit(faults > 0 ? 1 : process.exitCode);

function progressLine(
  number: number,
  { disturbance, faults, endings, longestGapMs, tookMs }: RoundResult,
): string {
  const verdict = faults.length === 0 ? "ok" : `${faults.length} FAULTS`;
  const told = Object.entries(endings).map(([status, count]) => `${count} ${status}`);
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  return `${number}/${rounds} ${verdict}: ${disturbance}; ${told.join(", ")}; longest pause ${seconds(longestGapMs)}; ${seconds(tookMs)}`;
}
