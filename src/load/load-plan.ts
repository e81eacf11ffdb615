import { UserError } from "../errors/user-error.ts";
import type { Pace } from "../harness/load-report.ts";

/** What a load run is to be. */
export interface LoadSettings {
  /** How many users there are in the last step. */
  readonly users: number;
  /** How long all steps take together, in minutes. */
  readonly minutes: number;
  /** The users of each step, growing; left out: 1, 2, 5, 10, 20, ... up to `users`. */
  readonly steps?: readonly number[] | undefined;
  readonly pace: Pace;
  /** How long a reply is asked to be, in tokens. */
  readonly replyTokens: number;
}

/** A step, in milliseconds after the start of the run. */
export interface PlannedLoadStep {
  readonly users: number;
  /** From when its users are there. */
  readonly start: number;
  /** From when it is measured: what was begun before belongs to no step. */
  readonly measureFrom: number;
  readonly end: number;
}

/** Users come and settle for this share of a step before it is measured, and no longer than this many milliseconds. */
const RAMP_SHARE = 0.2;
const LONGEST_RAMP_MS = 15_000;

/** The last step is what the claims are about: it has this share of the time. */
const LAST_SHARE = 0.5;

/** A shorter step shows nothing, in milliseconds. */
const SHORTEST_STEP_MS = 250;

/** 1, 2, 5, 10, 20, 50, ... and then `users`, without one that is so near to it that it would show nothing new. */
export function usualSteps(users: number): number[] {
  const steps: number[] = [];
  for (let power = 1; power < users; power *= 10) {
    steps.push(...[1, 2, 5].map((factor) => factor * power).filter((step) => step <= users / 1.5));
  }
  return [...steps, users];
}

/** Nobody reads a reply and writes the next message faster, in milliseconds. */
const SHORTEST_TIMETABLE_MS = 10;

function requireSensible(flag: string, value: number, isSensible: boolean): void {
  if (isSensible) return;
  throw new UserError("bad_flag", `--${flag} ${value} is no load that can be driven.`);
}

/** When which step is. Throws a UserError where the steps do not grow, or there is no time for them. */
export function planSteps({ users, minutes, steps, pace }: LoadSettings): PlannedLoadStep[] {
  requireSensible("users", users, Number.isInteger(users) && users >= 1);
  requireSensible("minutes", minutes, minutes > 0 && Number.isFinite(minutes));
  const isPace = pace.model === "timetable" ? pace.every_ms >= SHORTEST_TIMETABLE_MS : pace.every_ms >= 0;
  requireSensible(pace.model === "timetable" ? "pacing" : "think", pace.every_ms / 1_000, isPace);
  const counts = stepsUpTo(users, steps ?? usualSteps(users));
  const total = minutes * 60_000;
  const last = counts.length === 1 ? total : total * LAST_SHARE;
  const each = counts.length === 1 ? total : (total - last) / (counts.length - 1);
  if (Math.min(each, last) < SHORTEST_STEP_MS) {
    throw new UserError(
      "bad_flag",
      `--minutes ${minutes} leaves ${Math.round(each)} ms for each of ${counts.length} steps of users.`,
      { hint: `A step needs ${SHORTEST_STEP_MS} ms at least: more --minutes, or fewer --steps.` },
    );
  }
  let start = 0;
  return counts.map((count, index) => {
    const length = index === counts.length - 1 ? last : each;
    const measureFrom = start + Math.min(length * RAMP_SHARE, LONGEST_RAMP_MS);
    const step = { users: count, start, measureFrom, end: start + length };
    start += length;
    return step;
  });
}

function stepsUpTo(users: number, steps: readonly number[]): number[] {
  const isGrowing = steps.every((step, index) => step > (steps[index - 1] ?? 0));
  const last = steps.at(-1) ?? 0;
  if (!isGrowing || last > users) {
    throw new UserError(
      "bad_flag",
      `--steps must grow, up to --users ${users}; they are ${steps.join(",")}.`,
      {
        hint: "For example: --users 20 --steps 5,10,15,20",
      },
    );
  }
  return last === users ? [...steps] : [...steps, users];
}

/** In which step something that is due at this time is measured, by its place; undefined where in none. */
export function stepAt(steps: readonly PlannedLoadStep[], at: number): number | undefined {
  const place = steps.findIndex(({ measureFrom, end }) => at >= measureFrom && at < end);
  return place === -1 ? undefined : place;
}
