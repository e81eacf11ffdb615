import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../errors/thrown-error.ts";
import { findRemovedLog, moveRemovedLog } from "../logs/move-removed-log.ts";
import { readRecord } from "../process-record.ts";
import type { ServiceSpec } from "../service-spec.ts";
import { prepareState } from "../state-folder.ts";
import type { SoleSupervisor } from "./sole-supervisor.ts";

const EVERY_MS = 1000;

const DETAIL =
  "while it runs; what it writes is brought to a new file each second, until it is started again with one of its own";

/** Keeps services whose log somebody has removed readable. Never resolves. */
export async function rescueRemovedLogs(
  services: readonly ServiceSpec[],
  supervision: SoleSupervisor,
): Promise<never> {
  const told = new Map<string, string>();
  const problems = new Map<string, string | undefined>();
  for (;;) {
    for (const { name } of services) {
      const problem = rescue(name, supervision, told);
      if (problem !== undefined && problem !== problems.get(name))
        process.stderr.write(`The removed log of ${name} cannot be read: ${problem}\n`);
      problems.set(name, problem);
    }
    await delay(EVERY_MS);
  }
}

/** @returns why it could not be done */
function rescue(name: string, supervision: SoleSupervisor, told: Map<string, string>): string | undefined {
  const { state } = supervision.shared;
  const reading = readRecord(state, name);
  const removed = reading.kind === "record" ? findRemovedLog(reading.record) : undefined;
  if (reading.kind !== "record" || removed === undefined) return undefined;
  const { pid, start_time, log } = reading.record;
  const run = `${pid} ${start_time}`;
  try {
    // Its folder may have been removed too, with the events.
    prepareState(state);
    if (told.get(name) !== run)
      supervision.tell({ event: "log_removed", service: name, pid, detail: DETAIL });
    told.set(name, run);
    moveRemovedLog(removed, log);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
