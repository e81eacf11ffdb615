import { rmSync } from "node:fs";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../src/contract/routes.ts";
import { type Comparison, measure } from "./comparison.ts";
import { type IsolatedStack, makeIsolatedStack, stackCommand, timeNode } from "./isolated-stack.ts";
import { type Server, startService } from "./processes.ts";

/** Services in the order in which they start, and the paths that tell when each one serves. */
const SERVICES = [
  ["engine", engineRoutes.version.path()],
  ["gateway", gatewayRoutes.health.path()],
  ["hmi", hmiRoutes.health.path()],
] as const;

/** From `stack up --detach` to its return with a healthy stack, beside the services started by hand. */
export async function up(): Promise<Comparison[]> {
  const stack = await makeIsolatedStack();
  const rounds = await measure({ warmUp: 1, rounds: 7 }, async () => ({
    peer: await startByHand(stack),
    ours: startByCommand(stack),
  }));
  stack.remove();
  return [
    {
      what: "stack up --detach",
      peer: "the three services by hand",
      unit: "ms",
      rounds,
      bound: { on: "ratio", side: "at most", value: 1.2 },
    },
  ];
}

function startByCommand(stack: IsolatedStack): number {
  const took = timeNode(stackCommand("up", "--detach"), stack);
  timeNode(stackCommand("down"), stack);
  forgetConversations(stack);
  return took;
}

/** Each bare service from its spawn to its first good answer, one after the other; the sum in milliseconds. */
async function startByHand(stack: IsolatedStack): Promise<number> {
  const started: Server[] = [];
  const start = performance.now();
  for (const [name, path] of SERVICES) {
    started.push(await startService(name, { url: stack.urls[name], path, env: stack.env }));
  }
  const took = performance.now() - start;
  for (const server of started.reverse()) await server.stop();
  forgetConversations(stack);
  return took;
}

/** So that each start makes the database, as the first one of a user does. */
function forgetConversations({ env }: IsolatedStack): void {
  for (const end of ["", "-wal", "-shm"]) rmSync(`${env["STACK_STORE_PATH"]}${end}`, { force: true });
}
