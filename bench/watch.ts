import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Comparison, measure, type Round } from "./comparison.ts";
import { type IdleUsage, watchIdle } from "./idle.ts";
import {
  type IsolatedStack,
  makeIsolatedStack,
  stackCommand,
  supervisorPid,
  timeNode,
} from "./isolated-stack.ts";

const SERVICES = ["a", "b", "c"] as const;

/** This many are watched for a service at most. */
const FOLDERS = 1000;

/** What `watch` costs: the supervisor of three services of which each watches as many folders as one may. */
export async function watch(): Promise<Comparison[]> {
  const stack = await makeIsolatedStack();
  for (const name of SERVICES) makeFolders(join(stack.folder, name));
  const rounds = await measure({ warmUp: 1, rounds: 5 }, async () => ({
    ours: await measureSupervisor(stack, true),
    peer: await measureSupervisor(stack, false),
  }));
  stack.remove();
  const figure = (key: keyof IdleUsage): Round[] =>
    rounds.map(({ ours, peer }) => ({ ours: ours[key], peer: peer[key] }));
  return [
    {
      what: "resident memory of the supervisor, 3,000 folders watched",
      peer: "without watch",
      unit: "MiB",
      rounds: figure("memoryMiB"),
      bound: { on: "ours", side: "at most", value: 60 },
    },
    {
      what: "CPU of the idle supervisor, 3,000 folders watched",
      peer: "without watch",
      unit: "% of a core",
      rounds: figure("idlePercent"),
      bound: { on: "ours", side: "at most", value: 1 },
    },
  ];
}

/** Fifty in each, as in a tree of sources. */
function makeFolders(root: string): void {
  for (let count = Math.ceil((FOLDERS - 1) / 51); count > 0; count -= 1)
    for (let below = 0; below < 50; below += 1)
      mkdirSync(join(root, `${count}`, `${below}`), { recursive: true });
}

async function measureSupervisor(stack: IsolatedStack, isWatching: boolean): Promise<IdleUsage> {
  const services = SERVICES.map((name) => [
    name,
    {
      command: ["/bin/sh", "-c", "echo up; exec sleep 1000"],
      ready: { log: "up" },
      ...(isWatching && { watch: name }),
    },
  ]);
  const file = join(stack.folder, "stack.config.json");
  writeFileSync(file, JSON.stringify({ services: Object.fromEntries(services) }));
  timeNode(stackCommand("up", "--detach"), {
    ...stack,
    env: { ...stack.env, PATH: `${stack.env["PATH"]}:/usr/bin:/bin` },
  });
  const usage = await watchIdle(supervisorPid(stack));
  timeNode(stackCommand("down"), stack);
  return usage;
}
