import { setTimeout as delay } from "node:timers/promises";
import { isSameProcess } from "../../os/process-identity.ts";
import type { ServiceRecord } from "../service-spec.ts";
import type { StateFolder } from "../state-folder.ts";
import type { LastExit } from "../supervisor-protocol.ts";
import { knownSupervisor } from "./known-supervisor.ts";
import { recordedService, recordedServices } from "./recorded-services.ts";

/** A process of a service that ended while something else looked at the stack. */
export interface ServiceDeath {
  readonly service: string;
  readonly pid: number;
  /** How it ended; undefined where the supervisor has not told it, or there is none. */
  readonly exit: LastExit | undefined;
  /** The process that was started in its place; undefined where there is none yet. */
  readonly newPid: number | undefined;
  readonly log: string;
}

/** The supervisor has this long to tell how a process ended, and to start another, in milliseconds. */
const TOLD_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 50;

/** What is killed closes its connections a moment before the last of its threads has ended, in milliseconds. */
const ENDED_WITHIN_MS = 300;
const SOON_AGAIN_MS = 10;

/** Notes the processes that the services of this state have now; tells, when it is asked, which of them ended since. */
export function noteProcesses(state: StateFolder): () => Promise<readonly ServiceDeath[]> {
  const notedAt = Date.now();
  const noted = recordedServices(state).filter(isSameProcess);
  return async () => {
    const dead = await whichHaveEnded(noted);
    return await Promise.all(dead.map((record) => deathOf(record, state, notedAt)));
  };
}

async function whichHaveEnded(noted: readonly ServiceRecord[]): Promise<readonly ServiceRecord[]> {
  const until = performance.now() + ENDED_WITHIN_MS;
  for (;;) {
    const ended = noted.filter((record) => !isSameProcess(record));
    if (ended.length > 0 || noted.length === 0 || performance.now() > until) return ended;
    await delay(SOON_AGAIN_MS);
  }
}

/** In one sentence. */
export function deathWords({ service, pid, exit, newPid, log }: ServiceDeath): string {
  const how = exit?.reason ?? "nobody saw how it ended";
  const next = newPid === undefined ? "no other has been started yet" : `process ${newPid} runs in its place`;
  return `Process ${pid} of the service ${service} has ended meanwhile: ${how}; ${next}. Its last words are in ${log}.`;
}

async function deathOf(record: ServiceRecord, state: StateFolder, notedAt: number): Promise<ServiceDeath> {
  const until = performance.now() + TOLD_WITHIN_MS;
  for (;;) {
    const { reports, isHeard } = knownSupervisor(state);
    const last = reports[record.name]?.last_exit ?? undefined;
    const exit = last !== undefined && Date.parse(last.at) >= notedAt ? last : undefined;
    const now = recordedService(state, record.name);
    const newPid = now !== undefined && now.pid !== record.pid && isSameProcess(now) ? now.pid : undefined;
    const isTold = !isHeard || (exit !== undefined && newPid !== undefined);
    if (isTold || performance.now() > until) {
      return { service: record.name, pid: record.pid, exit, newPid, log: record.log };
    }
    await delay(LOOK_AGAIN_MS);
  }
}
