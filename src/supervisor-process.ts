/**
 * The supervisor as a process. It reads its plan, as JSON, from its standard input to the end; what it has to say
 * besides events goes to its log. It may end at any instant without harm: services live on, and the next supervisor
 * goes on from the state folder.
 */
import { readFileSync } from "node:fs";
import { messageOf } from "./errors/thrown-error.ts";
import { supervise } from "./supervisor/daemon/supervise-all-services.ts";
import { OWN_COMPILE_CACHE, type SupervisorPlan } from "./supervisor/supervisor-protocol.ts";

// Programs of the user's inherit our environment, and keep no compiled code where only we do.
if (process.argv.includes(OWN_COMPILE_CACHE)) delete process.env["NODE_COMPILE_CACHE"];
// A full disk must not end the supervision for want of a place to complain.
process.stderr.on("error", () => undefined);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => process.exit(0));

/** The plan; undefined where it was cut off, because whoever started this process ended before it had said all. */
function readPlan(): SupervisorPlan | undefined {
  try {
    const plan = JSON.parse(readFileSync(0, "utf8"));
    const isPlan =
      typeof plan.stateDir === "string" && Array.isArray(plan.services) && Array.isArray(plan.watched);
    return isPlan ? plan : undefined;
  } catch {
    return undefined;
  }
}

function endWith(code: number, text: string): never {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  process.exit(code);
}

const plan = readPlan();
if (plan === undefined)
  endWith(2, "The supervisor's plan should be JSON on its standard input, and is not, or not all of it.");
process.on("uncaughtException", (error) => endWith(1, error.stack ?? error.message));
try {
  endWith(0, `The supervisor ends: ${await supervise(plan)}.`);
} catch (error) {
  endWith(1, error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error));
}
