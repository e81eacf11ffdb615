import { REPLICA_ID_HEADER } from "../contract/replica-headers.ts";
import { hmiRoutes } from "../contract/routes.ts";
import type { RunningReplica, RunningStack } from "../services/in-process-stack.ts";
import type { ReplicaDrainer } from "../targets/service-replicas.ts";

/** Drains the copies of a stack in this process, and starts them again at the same addresses. */
export function createInProcessDrainer({ copies }: RunningStack): ReplicaDrainer {
  return {
    async drain(replicaId) {
      const copy = await replicaCalled(copies, replicaId);
      const [hmi, gateway] = [copy.services.get("hmi"), copy.services.get("gateway")];
      // In the order of whoever stops a stack: what the HMI has taken, its gateway still has to answer.
      await hmi?.drainAndClose();
      await gateway?.drainAndClose();
      await gateway?.startAgain();
      await hmi?.startAgain();
    },
  };
}

/** The one whose HMI answers by this name. */
async function replicaCalled(copies: readonly RunningReplica[], replicaId: string): Promise<RunningReplica> {
  for (const copy of copies) {
    const { headers } = await fetch(copy.hmi + hmiRoutes.live.path());
    if (headers.get(REPLICA_ID_HEADER) === replicaId) return copy;
  }
  throw new Error(`No copy answers as ${replicaId}.`);
}
