import { setTimeout as pause } from "node:timers/promises";
import { engineRoutes, gatewayRoutes } from "../contract/routes.ts";
import { messageOf } from "../errors/thrown-error.ts";
import type { RunningStack, ServiceName } from "../services/in-process-stack.ts";
import type { KeptServiceState, ServiceKiller } from "../targets/service-killer.ts";

/** This long a service is gone before it is started again, in milliseconds: as a supervisor does that is quick. */
const GONE_MS = 100;

/** A service that takes longer for its health is not well, in milliseconds. */
const HEALTH_TIMEOUT_MS = 2_000;

/** A killer of a stack in this process. */
export interface InProcessKiller extends ServiceKiller {
  /** Resolves once nothing is being started any more. */
  settled(): Promise<void>;
}

/**
 * A killer of a stack in this process, whose services are closed and started again: to their readers and in the store
 * that is as if they had been killed (contract, section 1).
 */
export function createInProcessKiller(stack: RunningStack): InProcessKiller {
  const { services } = stack;
  const restarts = new Map<ServiceName, number>();
  const coming = new Map<ServiceName, Promise<void>>();
  const startAgain = async (name: ServiceName): Promise<void> => {
    await pause(GONE_MS);
    await services.get(name)?.startAgain();
    restarts.set(name, (restarts.get(name) ?? 0) + 1);
    coming.delete(name);
  };
  const stateOf = async (name: ServiceName): Promise<KeptServiceState> => {
    const problem = coming.has(name) ? "it is being started" : await problemOf(name, stack[name]);
    return { name, state: problem === null ? "up" : "coming", restarts: restarts.get(name) ?? 0, problem };
  };
  return {
    services: new Set(services.keys()),
    spared: {},
    async kill(name) {
      await services.get(name)?.close();
      coming.set(name, startAgain(name));
    },
    look: () => Promise.all([...services.keys()].map(stateOf)),
    async settled() {
      await Promise.allSettled(coming.values());
    },
  };
}

/** What is wrong with a service, as whoever calls it sees it; null where nothing is. */
async function problemOf(name: ServiceName, url: string): Promise<string | null> {
  const path = name === "engine" ? engineRoutes.root.path() : gatewayRoutes.health.path();
  try {
    const { status } = await fetch(url + path, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    return status === 200 ? null : `GET ${path} answered ${status}`;
  } catch (error) {
    return messageOf(error);
  }
}
