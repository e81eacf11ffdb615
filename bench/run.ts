/**
 * `npm run bench [-- GROUP ...] [--json]`: measures `stack` beside the bare platform and beside peers, in
 * one run. Figures that miss what is wished of them do not fail; what could not be measured does.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Group, type Row, toRow } from "./comparison.ts";
import { databases } from "./databases.ts";
import { latency } from "./latency.ts";
import { load } from "./load.ts";
import { memory } from "./memory.ts";
import { page } from "./page.ts";
import { serviceTargets } from "./service-targets.ts";
import { startUp } from "./start-up.ts";
import { supervisor } from "./supervisor.ts";
import { formatTable } from "./table.ts";
import { throughput } from "./throughput.ts";
import { up } from "./up.ts";
import { watch } from "./watch.ts";

const GROUPS: Readonly<Record<string, Group>> = {
  "start-up": startUp,
  throughput,
  latency,
  memory,
  up,
  supervisor,
  watch,
  "service-targets": serviceTargets,
  databases,
  load,
  page,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(GROUPS, name));
if (unknown.length > 0) {
  console.error(`There is no group ${unknown.join(", ")}. Groups: ${Object.keys(GROUPS).join(", ")}.`);
  process.exit(2);
}

// What has been started is stopped on "exit", which a signal alone would not bring about.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

execFileSync(process.execPath, ["scripts/build.ts"], { cwd: new URL("../", import.meta.url) });
const rows: Row[] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(GROUPS)) {
  console.error(`measuring ${name} ...`);
  try {
    const comparisons = (await GROUPS[name]?.()) ?? [];
    rows.push(...comparisons.map((comparison) => toRow(name, comparison)));
  } catch (error) {
    console.error(`${name} could not be measured:`, error);
    process.exitCode = 1;
  }
}
const machine = { cores: availableParallelism(), node: process.version, platform: process.platform };
if (values.json) console.log(JSON.stringify({ machine, rows }, undefined, 2));
else console.log(`${machine.cores} cores, Node ${machine.node}, ${machine.platform}\n\n${formatTable(rows)}`);
