import { isSameProcess } from "../os/process-identity.ts";
import { everyone, membersOf } from "../os/process-members.ts";
import { serviceMark } from "./service-mark.ts";
import type { ServiceRecord } from "./service-spec.ts";
import { killAtOnce } from "./signal-then-kill.ts";
import type { StateFolder } from "./state-folder.ts";

/**
 * Ends all processes of a service at once, as a crash would. Its record stays, so that the supervisor takes it for an end
 * that nobody asked for, and does what its restart policy says. Safe for any record: a process that is not the
 * service's gets no signal. Only for the holder of the state's lock, because the record must be that of the run.
 *
 * @returns how many processes were killed; 0 where the recorded process is not there, or another one has its pid
 * @throws UserError `stop_failed` naming who is left
 */
export async function crashService(record: ServiceRecord, state: StateFolder): Promise<number> {
  const members = membersOf(serviceMark(record.name, state, record), record);
  if (!isSameProcess(record)) return 0;
  await killAtOnce(record, members);
  return everyone(members).length;
}
