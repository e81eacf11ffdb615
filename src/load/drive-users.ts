/** What a process does that drives its share of a load run's users. */
import { type ConnectedChat, connectChatWithModel } from "../targets/connect-chat.ts";
import { asCaller } from "../targets/drivers/caller-session.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";
import type { DriveJob, FromLoadProcess } from "./load-messages.ts";
import { stepAt } from "./load-plan.ts";
import { watchDriverLag } from "./load-process-lag.ts";
import { StepRecord } from "./step-record.ts";
import { UserConversations } from "./user-conversations.ts";
import { type UserWorld, VirtualUser } from "./virtual-user.ts";

/** Longest time until the target has answered the first calls, in milliseconds. */
const CONNECT_TIMEOUT_MS = 30_000;

/** How often it is told how the run is going, in milliseconds. */
const PROGRESS_EVERY_MS = 1_000;

/** Users who are ready to begin. */
export interface ReadyUsers {
  /** Drives them from that time on, by the clock of this machine, and tells the result once all have ended. */
  drive(startsAt: number): Promise<void>;
  /** Ends them early; what they were in the midst of is cancelled. */
  stop(): void;
}

/** Connects to the target as each of its people. Throws a UserError. */
export async function prepareUsers(
  job: DriveJob,
  driver: Driver | undefined,
  tell: (message: FromLoadProcess) => void,
): Promise<ReadyUsers> {
  const soon = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  const { isStandIn } = job;
  const connected: ConnectedChat[] = [];
  for (const { caller } of job.people) {
    const target = { ...job.target, ...asCaller(caller), ...(driver && { driver }) };
    connected.push(await connectChatWithModel(target, { isStandIn }, soon));
  }
  const stopping = new AbortController();
  return {
    async drive(startsAt) {
      try {
        tell({ type: "result", steps: await driveAll(job, connected, { startsAt, tell, stopping }) });
      } finally {
        await Promise.all(connected.map(({ client }) => client.close()));
      }
    },
    stop: () => stopping.abort(),
  };
}

interface Driving {
  readonly startsAt: number;
  readonly tell: (message: FromLoadProcess) => void;
  readonly stopping: AbortController;
}

async function driveAll(
  { steps, pace, users, people, graceMs }: DriveJob,
  connected: readonly ConnectedChat[],
  { startsAt, tell, stopping }: Driving,
) {
  const now = (): number => performance.timeOrigin + performance.now() - startsAt;
  const records = steps.map(() => new StepRecord());
  const recordAt = (time: number): StepRecord | undefined => records[stepAt(steps, time) ?? -1];
  const nothing = new StepRecord();
  const end = steps.at(-1)?.end ?? 0;
  const countUnderWay = (from: number, to: number): void => {
    for (const [index, step] of steps.entries()) {
      const ms = Math.min(to, step.end) - Math.max(from, step.measureFrom);
      if (ms > 0) records[index]?.underWay(ms);
    }
  };
  const world: UserWorld = { pace, end, now, recordAt, countUnderWay };
  const virtual = users.flatMap(({ person, ...plan }) => {
    const [chat, place] = [connected[person]?.chat, people[person]?.place];
    if (chat === undefined || place === undefined) return [];
    const conversations = new UserConversations(chat, place, {
      made: (conversation) => tell({ type: "made", person, conversation }),
      gone: (conversation) => tell({ type: "gone", person, conversation }),
    });
    return [new VirtualUser(plan, world, { chat, place, conversations })];
  });
  const stopAll = (): void => {
    for (const user of virtual) user.stop();
  };
  stopping.signal.addEventListener("abort", stopAll, { once: true });
  if (stopping.signal.aborted) stopAll();
  const tooLate = setTimeout(stopAll, Math.max(0, end + graceMs - now()));
  const endLag = watchDriverLag(now, recordAt);
  const progress = setInterval(() => {
    const step = stepAt(steps, now());
    const running = virtual.filter(({ isTalking }) => isTalking).length;
    const record = records[step ?? -1] ?? nothing;
    tell({ type: "progress", progress: { step, running, ...record.soFar() } });
  }, PROGRESS_EVERY_MS);
  await Promise.all(virtual.map((user) => user.run()));
  clearTimeout(tooLate);
  clearInterval(progress);
  endLag();
  return records.map((record) => record.encode());
}
