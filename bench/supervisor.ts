import { engineRoutes, gatewayRoutes, hmiRoutes } from "../src/contract/routes.ts";
import { type Comparison, measure, type Round } from "./comparison.ts";
import { type IdleUsage, watchIdle } from "./idle.ts";
import {
  type IsolatedStack,
  makeIsolatedStack,
  stackCommand,
  supervisorPid,
  timeNode,
} from "./isolated-stack.ts";
import { type Pm2, preparePm2 } from "./pm2.ts";
import { untilAnswers } from "./processes.ts";
import { quantile } from "./statistics.ts";

/** Runs of each short command in a round. */
const COMMANDS = 5;

/** What has been measured of one supervisor in one round. */
interface Figures extends IdleUsage {
  readonly startMs: number;
  readonly tableMs: number;
  readonly jsonMs: number;
}

/**
 * `stack` and pm2 with the same three programs, from nothing to nothing each round: neither has a supervisor
 * running before. pm2 starts all at once and returns; `stack up` starts each when the one before it is ready.
 */
export async function supervisor(): Promise<Comparison[]> {
  const stack = await makeIsolatedStack();
  const pm2 = preparePm2(stack);
  const rounds = await measure({ warmUp: 1, rounds: 5 }, async () => ({
    ours: await measureOurs(stack),
    peer: await measurePm2(pm2, stack),
  }));
  stack.remove();
  const figure = (key: keyof Figures): Round[] =>
    rounds.map(({ ours, peer }) => ({ ours: ours[key], peer: peer[key] }));
  return [
    { what: "start until all three are healthy", peer: "pm2 start", unit: "ms", rounds: figure("startMs") },
    { what: "stack status", peer: "pm2 ls", unit: "ms", rounds: figure("tableMs") },
    { what: "stack status --json", peer: "pm2 jlist", unit: "ms", rounds: figure("jsonMs") },
    {
      what: "resident memory of the supervisor",
      peer: "pm2's daemon",
      unit: "MiB",
      rounds: figure("memoryMiB"),
      bound: { on: "ours", side: "at most", value: 60 },
    },
    {
      what: "CPU of the idle supervisor",
      peer: "pm2's daemon",
      unit: "% of a core",
      rounds: figure("idlePercent"),
      bound: { on: "ours", side: "at most", value: 1 },
    },
  ];
}

async function measureOurs(stack: IsolatedStack): Promise<Figures> {
  const startMs = timeNode(stackCommand("up", "--detach"), stack);
  const tableMs = medianOf(() => timeNode(stackCommand("status"), stack));
  const jsonMs = medianOf(() => timeNode(stackCommand("status", "--json"), stack));
  const idle = await watchIdle(supervisorPid(stack));
  timeNode(stackCommand("down"), stack);
  return { startMs, tableMs, jsonMs, ...idle };
}

async function measurePm2(pm2: Pm2, { urls }: IsolatedStack): Promise<Figures> {
  const started = performance.now();
  pm2.start();
  await untilAnswers(urls.engine + engineRoutes.version.path());
  await untilAnswers(urls.gateway + gatewayRoutes.health.path());
  await untilAnswers(urls.hmi + hmiRoutes.health.path());
  const startMs = performance.now() - started;
  const tableMs = medianOf(() => pm2.time("ls"));
  const jsonMs = medianOf(() => pm2.time("jlist"));
  const idle = await watchIdle(pm2.daemonPid());
  pm2.kill();
  return { startMs, tableMs, jsonMs, ...idle };
}

/** Of several runs of a short command, whose time one look at a busy machine says little of. */
function medianOf(time: () => number): number {
  return quantile(Array.from({ length: COMMANDS }, time), 0.5);
}
