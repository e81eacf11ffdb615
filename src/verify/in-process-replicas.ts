/** The stack on which the suite `replicas` is judged in this process: several copies on a database of their own. */

import type { InProcessStackOptions, RunningStack } from "../services/in-process-stack.ts";
import type { TargetUrls } from "../targets/open-target.ts";
import { createInProcessDrainer } from "./in-process-drainer.ts";

/** The suite that needs several copies. */
export const REPLICAS = "replicas";

/** As many as show that a copy is no partner of another: a pair could be wired by hand. */
const COPIES = 3;

/** Longer than the replies that a drain must not cut, in milliseconds. */
const DRAIN_MS = 20_000;

/** Why a stack in this process has one copy, where nobody has named a server. */
export const NO_POSTGRESQL =
  "several copies share a PostgreSQL: --postgresql names a server on which databases can be made for them";

/** What to start, how the target is told of it, and how to undo what was made for it. */
export interface ReplicasStack {
  readonly options: Pick<InProcessStackOptions, "copies" | "storeUrl" | "stream">;
  targetOf(stack: RunningStack): Pick<TargetUrls, "copies" | "drainer">;
  close(): Promise<void>;
}

/** Makes the database. Throws a UserError `database_unreadable`. */
export async function prepareReplicas(postgresql: string): Promise<ReplicasStack> {
  // Loaded only by whoever has such a server.
  const { createTemporaryDatabase } = await import(
    "../services/conversations/postgresql/temporary-database.ts"
  );
  const database = await createTemporaryDatabase(postgresql);
  return {
    options: { copies: COPIES, storeUrl: database.url, stream: { drain_ms: DRAIN_MS } },
    targetOf: (stack) => ({ copies: stack.copies, drainer: createInProcessDrainer(stack) }),
    close: () => database.drop(),
  };
}
