/**
 * `node bench/hosts.ts [--rounds 200] [--replies 50] [--seed 1] [--only KIND] [--json] [--keep]`: three copies of gateway and HMI,
 * PostgreSQL, nginx and an engine stand-in, each on a host of its own (a network namespace). In each round one thing
 * goes wrong at a random moment, while replies run whose readers come back: a copy is killed, or drained, a host is cut
 * off, PostgreSQL is restarted. Then it is judged whether anything was lost, doubled, or left running. Needs root.
 *
 * Exit code: 0 where all rounds are well, 1 where one is not, 2 for wrong flags or a machine that lacks something.
 */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { messageOf } from "../src/errors/thrown-error.ts";
import { KINDS } from "./hosts/disturbance.ts";
import { makeHostsFolder, missingForHosts, runIsolated } from "./hosts/isolation.ts";
import { clearAtExit } from "./leftovers.ts";
import { inRepository } from "./processes.ts";

/** Whoever works on this machine goes before. */
const NICENESS = 5;

function flags() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "200" },
      replies: { type: "string", default: "50" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
      json: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      built: { type: "boolean", default: false },
    },
  });
  const count = (name: "rounds" | "replies" | "seed"): number => {
    const value = values[name];
    if (!/^[1-9]\d{0,8}$/.test(value))
      throw new Error(`--${name} takes a whole number from 1 on; "${value}" is not that.`);
    return Number(value);
  };
  if (values.only !== undefined && !KINDS.includes(values.only)) {
    throw new Error(`--only takes one of: ${KINDS.join(", ")}; "${values.only}" is not that.`);
  }
  return { ...values, rounds: count("rounds"), replies: count("replies"), seed: count("seed") };
}

function refuse(lines: readonly string[]): never {
  for (const line of lines) console.error(line);
  process.exit(2);
}

const { keep, built, ...options } = (() => {
  try {
    return flags();
  } catch (error) {
    return refuse([messageOf(error)]);
  }
})();
const missing = missingForHosts();
if (missing.length > 0) refuse(missing);
if (!built) execFileSync(process.execPath, ["scripts/build.ts"], { cwd: inRepository("") });

const folder = makeHostsFolder("stack-hosts-");
// What has been started has ended by then: see runIsolated.
if (keep) console.error(`Logs and data stay in ${folder}.`);
else clearAtExit(() => rmSync(folder, { recursive: true, force: true }));
const job = JSON.stringify({ ...options, folder });
process.exitCode = await runIsolated(inRepository("bench/hosts/run-rounds.ts"), [job], NICENESS);
