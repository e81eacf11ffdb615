import { COPY_ID_HEADER } from "../contract/copy-headers.ts";
import { hmiRoutes } from "../contract/routes.ts";
import type { RunningCopy, RunningStack } from "../services/in-process-stack.ts";
import type { CopyDrainer } from "../targets/service-copies.ts";

/** Drains the copies of a stack in this process, and starts them again at the same addresses. */
export function createInProcessDrainer({ copies }: RunningStack): CopyDrainer {
  return {
    async drain(copyId) {
      const copy = await copyCalled(copies, copyId);
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
async function copyCalled(copies: readonly RunningCopy[], copyId: string): Promise<RunningCopy> {
  for (const copy of copies) {
    const { headers } = await fetch(copy.hmi + hmiRoutes.live.path());
    if (headers.get(COPY_ID_HEADER) === copyId) return copy;
  }
  throw new Error(`No copy answers as ${copyId}.`);
}
