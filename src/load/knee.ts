import type { Knee, KneeFigure, LoadStep } from "../harness/load-report.ts";

/** Power that falls by less than this share may be chance. */
const FALL = 0.9;

/**
 * Where the knee is: at the step with the greatest power, which is tokens a second divided by the mean time of a whole
 * reply (Kleinrock, 1979), where a later step has less than nine tenths of it. Up to there, more users bring more
 * throughput than they cost time; after it, a percent of throughput costs more than a percent of time.
 */
export function findKnee(steps: readonly LoadStep[]): Knee {
  const figures = steps.flatMap(figureOf);
  const best = figures.reduce<KneeFigure | undefined>(
    (most, figure) => (most === undefined || figure.power > most.power ? figure : most),
    undefined,
  );
  const heldUp = steps.filter(({ driver }) => driver.is_held_up);
  const none = { users: null, over_at: null, figures };
  if (best === undefined) return { ...none, words: "Not told: no reply came to its end." };
  const later = figures.slice(figures.indexOf(best) + 1);
  const over = later.find(({ power }) => power < best.power * FALL);
  if (over !== undefined && heldUp.some(({ users }) => users >= best.users && users <= over.users)) {
    const users = heldUp.map((step) => step.users).join(", ");
    return {
      ...none,
      words: `Not told: the processes that drive the users were held up themselves (users: ${users}), so the figures are not the target's.`,
    };
  }
  const last = figures.at(-1)?.users ?? 0;
  if (over === undefined) {
    return {
      ...none,
      words: `Not reached with ${last} ${last === 1 ? "user" : "users"}: ${growth(figures)}.`,
    };
  }
  return {
    users: best.users,
    over_at: over.users,
    figures,
    words: `At ${best.users} ${best.users === 1 ? "user" : "users"}: with ${over.users}, ${compared(best, over)}.`,
  };
}

function figureOf({ users, tokens_per_s, reply_ms }: LoadStep): KneeFigure[] {
  if (reply_ms === null || reply_ms.mean === 0 || tokens_per_s === 0) return [];
  const power = tokens_per_s / (reply_ms.mean / 1_000);
  return [{ users, tokens_per_s, reply_ms: reply_ms.mean, power: Math.round(power * 100) / 100 }];
}

function growth(figures: readonly KneeFigure[]): string {
  const [before, last] = figures.slice(-2);
  if (before === undefined || last === undefined) return "one step alone shows no growth";
  return `from ${before.users} to ${last.users}, ${compared(before, last)}`;
}

function compared(from: KneeFigure, to: KneeFigure): string {
  const tokens = `${from.tokens_per_s} to ${to.tokens_per_s} tokens/s`;
  const times = `${Math.round(from.reply_ms)} to ${Math.round(to.reply_ms)} ms`;
  return `throughput goes from ${tokens} and a reply's time from ${times}`;
}
