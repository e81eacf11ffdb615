import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { isLivenessSocketOpen } from "../os/liveness-socket.ts";
import { lifeOfNamespace } from "../os/pid-namespace.ts";
import { fateOf } from "../os/process-identity.ts";
import { listRecords } from "./process-record.ts";
import { requireReadable, type StateFolder, SUPERVISOR } from "./state-folder.ts";

/**
 * For every command, before it looks at what runs: refuses a state folder that it could not judge. That is one which
 * is another user's or cannot be read, and one whose processes live in another PID namespace, as those of a
 * container do for its host: from here they would look as if they were gone.
 *
 * Where the container of a record has ended, its processes have too. Whether it has is not to be seen from inside of
 * another one; there it counts as ended if its supervisor is not present.
 *
 * @throws UserError `foreign_owner`, `state_unreadable`, `state_unwritable`, `foreign_namespace`
 */
export async function requireStateFolderAccess(state: StateFolder): Promise<void> {
  requireReadable(state);
  const elsewhere = listRecords(state).filter((record) => fateOf(record) === "other_namespace");
  for (const namespace of new Set(elsewhere.flatMap(({ pid_namespace }) => pid_namespace ?? []))) {
    const life = lifeOfNamespace(namespace);
    if (life === "ended" || (life === "unknown" && !(await isLivenessSocketOpen(state.run, SUPERVISOR))))
      continue;
    const found = elsewhere.filter(({ pid_namespace }) => pid_namespace === namespace);
    const names = found.map(({ name }) => (name === SUPERVISOR ? "the supervisor" : name)).join(", ");
    throw inOtherNamespace(state, `it holds ${names}`, "Run this command there");
  }
}

/** The error for what is in use where this process cannot see it. `found` is what tells of it, as a clause. */
export function inOtherNamespace(state: { readonly root: string }, found: string, advice: string): UserError {
  return new UserError(
    "foreign_namespace",
    `The state folder ${state.root} is in use in another PID namespace, of a container or of its host, whose ` +
      `processes cannot be judged from here: ${found}.`,
    {
      hint: `${advice}, or give this side a state folder of its own: STACK_STATE_DIR=...`,
      exitCode: EXIT.unusable,
    },
  );
}
