import type { Knee, KneeFigure, LoadStep } from "../harness/load-report.ts";

/** Power that falls by less than this share may be chance. */
const FALL = 0.9;

/**
 * Where the knee is: at the step with the greatest power (Kleinrock, 1979), which is tokens a second divided by the time
 * that users wait and read for each token, where a later step has less than nine tenths of it. Up to there, more users
 * bring more throughput than they cost time; after it, a percent of throughput costs more than a percent of time. That
 * time is of what was under way (Little's law), and not of the replies that ended: those that were begun near a step's
 * end have the next step's users beside them.
 */
export function findKnee(steps: readonly LoadStep[]): Knee {
  const figures = steps.flatMap(figureOf);
  const best = figures.reduce<KneeFigure | undefined>(
    (most, figure) => (most === undefined || figure.power > most.power ? figure : most),
    undefined,
  );
  const heldUp = steps.filter(({ driver }) => driver.is_held_up);
  const none = { users: null, over_at: null, figures };
  if (best === undefined) {
    const hasReplies = steps.some(({ messages }) => messages.done > 0);
    const words = hasReplies ? "by this wire it is not told when tokens come" : "no token came";
    return { ...none, words: `Not told: ${words}.` };
  }
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

function figureOf({ users, tokens_per_s, under_way }: LoadStep): KneeFigure[] {
  if (under_way === 0 || tokens_per_s === 0) return [];
  const seconds = under_way / tokens_per_s;
  return [
    { users, tokens_per_s, token_ms: rounded(seconds * 1_000), power: rounded(tokens_per_s / seconds) },
  ];
}

function growth(figures: readonly KneeFigure[]): string {
  const [before, last] = figures.slice(-2);
  if (before === undefined || last === undefined) return "one step alone shows no growth";
  return `from ${before.users} to ${last.users}, ${compared(before, last)}`;
}

function compared(from: KneeFigure, to: KneeFigure): string {
  const tokens = `${from.tokens_per_s} to ${to.tokens_per_s} tokens/s`;
  return `throughput goes from ${tokens} and a user's time for each token from ${from.token_ms} to ${to.token_ms} ms`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
