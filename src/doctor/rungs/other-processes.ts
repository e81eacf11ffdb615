import { describe, describeListener, type Listener } from "../../os/listening-ports.ts";
import { findManager, findManagerOf } from "../../os/process-managers.ts";
import type { ProcessDetails } from "../../os/process-table.ts";
import type { OtherProcess } from "../explanations/process-explanations.ts";

/** Who listens, as far as it can be described. */
export function describedListener(listener: Listener): OtherProcess {
  return { pid: listener.pid, words: describeListener(listener), keeper: findManagerOf(listener) };
}

/** A process, the same way. */
export function describedProcess(found: ProcessDetails): OtherProcess {
  return { pid: found.pid, words: describe(found), keeper: findManager(found.pid) };
}
