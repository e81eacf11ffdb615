/**
 * `node bench/growth.ts [--json]`: what grows with the copies of each service (1 to 3), and with the conversations of a
 * person (100 to 10,000), on PostgreSQL behind nginx, each on a host of its own as in `hosts.ts`. Needs root.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeHostsFolder, missingForHosts, runIsolated } from "./hosts/isolation.ts";
import type { GrowthJob, GrowthResult, Percentiles } from "./hosts/run-growth.ts";
import { clearAtExit } from "./leftovers.ts";
import { inRepository } from "./processes.ts";

const SIZES: readonly Pick<GrowthJob, "copies" | "conversations">[] = [
  { copies: 1, conversations: 100 },
  { copies: 2, conversations: 100 },
  { copies: 3, conversations: 100 },
  { copies: 1, conversations: 1_000 },
  { copies: 1, conversations: 10_000 },
];

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, built: { type: "boolean", default: false } },
});
const missing = missingForHosts();
if (missing.length > 0) {
  for (const line of missing) console.error(line);
  process.exit(2);
}
if (!values.built) execFileSync(process.execPath, ["scripts/build.ts"], { cwd: inRepository("") });

const results: GrowthResult[] = [];
for (const size of SIZES) {
  console.error(`measuring ${size.copies} copies, ${size.conversations} conversations a person ...`);
  results.push(await measure(size));
}
if (values.json) console.log(JSON.stringify({ cores: availableParallelism(), results }, undefined, 2));
else console.log(formatResults(results));

async function measure(size: (typeof SIZES)[number]): Promise<GrowthResult> {
  const folder = makeHostsFolder("stack-growth-");
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  const forget = clearAtExit(clear);
  const result = join(folder, "result.json");
  const job: GrowthJob = { ...size, folder, result };
  const code = await runIsolated(inRepository("bench/hosts/run-growth.ts"), [JSON.stringify(job)], 0);
  if (code !== 0) process.exit(code);
  const measured = JSON.parse(readFileSync(result, "utf8")) as GrowthResult;
  forget();
  clear();
  return measured;
}

function formatResults(rows: readonly GrowthResult[]): string {
  const ms = ({ p50, p99 }: Percentiles): string => `${p50.toFixed(0)} / ${p99.toFixed(0)}`;
  return [
    "| copies | conversations | first token | list | open | send | CPU of services | CPU of PostgreSQL |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows.map((row) => {
      const times = [row.firstToken, row.list, row.open, row.send].map(ms);
      const cpu = [row.servicesCpu, row.postgresqlCpu].map((value) => value.toFixed(1));
      return `| ${[row.copies, row.conversations, ...times, ...cpu].join(" | ")} |`;
    }),
    "",
    "Times in milliseconds, P50 / P99; CPU in milliseconds a message with its reply.",
  ].join("\n");
}
