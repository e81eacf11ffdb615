import { spawnSync } from "node:child_process";
import { IS_ROOT } from "./other-user.ts";

/**
 * Arguments of unshare(1) for a PID namespace as a container has one: pids of its own, and a /proc that shows them. An
 * ordinary user needs a user namespace for it, as rootless containers do.
 */
export const UNSHARE: readonly string[] = [
  ...(IS_ROOT ? [] : ["--user", "--map-root-user"]),
  "--pid",
  "--fork",
  "--mount-proc",
  "--kill-child",
];

/** Whether this user may have one here. */
export const CAN_UNSHARE = spawnSync("unshare", [...UNSHARE, "true"]).status === 0;
