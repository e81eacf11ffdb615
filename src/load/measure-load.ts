/** Measures how a stack answers more and more users: the call behind `stack verify sla --users`. */
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { LoadProgress, LoadReport } from "../harness/load-report.ts";
import type { Caller } from "../targets/drivers/caller-session.ts";
import type { TargetUrls } from "../targets/open-target.ts";
import { findKnee } from "./find-knee.ts";
import type { DriveJob, DriveProgress } from "./load-messages.ts";
import { type LoadSettings, type PlannedLoadStep, planSteps } from "./load-plan.ts";
import { progressAt } from "./load-progress.ts";
import { LoadWorker } from "./load-worker.ts";
import { type OpenPerson, openPeople, warmUp } from "./open-people.ts";
import { StepRecord } from "./step-record.ts";

export interface MeasureLoadOptions {
  readonly target: TargetUrls;
  /** The people who are there; users take turns in being them. */
  readonly callers: readonly Caller[];
  /** The engine behind it is the stand-in, and can be directed. */
  readonly isStandIn: boolean;
  readonly settings: LoadSettings;
  /** Names the run, in the profiles that it makes. */
  readonly runId: string;
  /** A whole number from 0 up to, but not including, `below`, by the seed of the run. */
  readonly random: (name: string, below: number) => number;
  /** Ends the run early: what was measured by then is returned. */
  readonly signal: AbortSignal;
  /** Queues what must be undone; see `CollectContext.defer`. */
  readonly defer: (what: string, undo: (signal: AbortSignal) => Promise<void>) => void;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** More processes than this are not begun, whatever the machine has. */
const MOST_PROCESSES = 8;

/** Replies are given this long to end after the last step, and no longer than all steps took, in milliseconds. */
const GRACE_MS = 30_000;
const SHORTEST_GRACE_MS = 2_000;

/** Between the word and the start, so that all processes have heard it, in milliseconds. */
const START_MS = 100;

/** How often it is told how the run is going, in milliseconds. */
const PROGRESS_EVERY_MS = 1_000;

/**
 * Drives users from several processes, step by step, and measures what they see. Times count from when a message was
 * due. Rejects where the target cannot be talked to, or a process fails; with Ctrl-C it resolves with what there is.
 */
export async function measureLoad(options: MeasureLoadOptions): Promise<LoadReport> {
  const { settings, signal, target, isStandIn } = options;
  const steps = planSteps(settings);
  const people = await openPeople({ ...options, replyTokens: settings.replyTokens });
  const [first] = people;
  if (first !== undefined) await warmUp(first, signal);
  const { driver: _, killer: __, ...plain } = target;
  const total = steps.at(-1)?.end ?? 0;
  const job = {
    target: plain,
    isStandIn,
    people: people.map(({ caller, place }) => ({ caller, place })),
    steps,
    pace: settings.pace,
    graceMs: Math.min(GRACE_MS, Math.max(SHORTEST_GRACE_MS, total)),
  };
  const shares = sharesOf(usersOf(options, steps, people.length));
  const latest = new Map<number, DriveProgress>();
  const workers = shares.map(
    (users, place) => new LoadWorker({ ...job, users }, listenerOf(people, latest, place)),
  );
  const stop = (): void => {
    for (const worker of workers) worker.stop();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.all(workers.map(({ ready }) => ready));
    const startsAt = Date.now() + START_MS;
    for (const worker of workers) worker.start(startsAt);
    if (signal.aborted) stop();
    const ended = new AbortController();
    const telling = tellProgress(options, { steps, startsAt, latest, until: ended.signal });
    const results = await Promise.all(workers.map(({ result }) => result)).finally(() => ended.abort());
    await telling;
    const lastedMs = Date.now() - startsAt;
    const measured = steps.flatMap(({ users, measureFrom, end }, index) => {
      const measuredMs = Math.min(end, signal.aborted ? lastedMs : end) - measureFrom;
      if (measuredMs <= 0) return [];
      const record = new StepRecord();
      for (const result of results) if (result[index] !== undefined) record.merge(result[index]);
      return [record.report({ users, measuredMs })];
    });
    return {
      users: settings.users,
      processes: workers.length,
      pace: settings.pace,
      reply_tokens: settings.replyTokens,
      duration_ms: lastedMs,
      interrupted: signal.aborted,
      steps: measured,
      knee: findKnee(measured),
    };
  } finally {
    signal.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

/** When each user comes, and first has something to say: by chance, so that they do not march in step. */
function usersOf(
  { settings: { users, pace }, random }: MeasureLoadOptions,
  steps: readonly PlannedLoadStep[],
  people: number,
): DriveJob["users"] {
  return Array.from({ length: users }, (_, index) => {
    const number = index + 1;
    const step = steps.find((each) => number <= each.users);
    const { start = 0, measureFrom = 0 } = step ?? {};
    // Whoever keeps a timetable has a place in it; all others come one by one while nothing is measured.
    const withinMs = pace.model === "timetable" ? pace.every_ms : measureFrom - start;
    const firstDue = start + random(`user ${number}`, Math.max(1, Math.round(withinMs)));
    return { number, joinsAt: start, firstDue, person: index % people };
  });
}

/** Several processes, where there are several users: each has a share of every step. */
function sharesOf(users: DriveJob["users"]): DriveJob["users"][] {
  const count = Math.min(users.length, Math.max(2, Math.min(availableParallelism(), MOST_PROCESSES)));
  return Array.from({ length: count }, (_, place) => users.filter((_, index) => index % count === place));
}

function listenerOf(people: readonly OpenPerson[], latest: Map<number, DriveProgress>, place: number) {
  return {
    made: (person: number, conversation: string) => people[person]?.left.add(conversation),
    gone: (person: number, conversation: string) => people[person]?.left.delete(conversation),
    progress: (progress: DriveProgress) => latest.set(place, progress),
  };
}

interface Telling {
  readonly steps: readonly PlannedLoadStep[];
  readonly startsAt: number;
  readonly latest: ReadonlyMap<number, DriveProgress>;
  readonly until: AbortSignal;
}

/** Tells how the run is going, until it is over. */
async function tellProgress(
  { onProgress }: MeasureLoadOptions,
  { steps, startsAt, latest, until }: Telling,
): Promise<void> {
  while (!until.aborted) {
    await delay(PROGRESS_EVERY_MS, undefined, { signal: until }).catch(() => undefined);
    if (!until.aborted) onProgress?.(progressAt(Date.now() - startsAt, steps, [...latest.values()]));
  }
}
