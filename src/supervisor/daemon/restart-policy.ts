import type { RestartPolicy } from "../service-spec.ts";
import type { LastExit } from "../supervisor-protocol.ts";

/** What follows the end of a service that was ready once. */
export type RestartDecision =
  | { readonly action: "restart"; readonly afterMs: number }
  /** A crash loop, or a policy that restarts nothing; `reason` is the end of a sentence about the service. */
  | { readonly action: "give_up"; readonly reason: string }
  /** It ended as it should, and nobody wants it back. */
  | { readonly action: "stay_down" };

/** What a decision is made of, apart from the policy. */
export interface RunEnding {
  readonly exit: Pick<LastExit, "code">;
  /** When the service was restarted, in milliseconds of any clock. */
  readonly restarts: readonly number[];
  /** By the same clock. */
  readonly now: number;
  /** From 0 to 1: keeps services that died together from coming back together, every time. */
  readonly random: number;
}

/**
 * Decides what is done about a service that ended. Only an exit code of 0 is no failure. The pause grows with each
 * restart within the policy's window, so that it is short again after a time without any.
 */
export function decideRestart(
  policy: RestartPolicy,
  { exit, restarts, now, random }: RunEnding,
): RestartDecision {
  const { when, limit, withinMs } = policy;
  const hasFailed = exit.code !== 0;
  if (when !== "always" && !hasFailed) return { action: "stay_down" };
  if (when === "no") return { action: "give_up", reason: "its restart policy is `no`" };
  const recent = restarts.filter((time) => now - time < withinMs).length;
  if (recent >= limit) {
    const times = recent === 1 ? "once" : `${recent} times`;
    return { action: "give_up", reason: `it was restarted ${times} within ${withinMs / 1000} s` };
  }
  return { action: "restart", afterMs: pauseMs(policy, recent, random) };
}

/** Doublings beyond this change nothing: the pause has long reached its maximum. */
const MOST_DOUBLINGS = 30;
const JITTER = 0.2;

function pauseMs({ backoffMs, maxBackoffMs }: RestartPolicy, recent: number, random: number): number {
  const doubled = backoffMs * 2 ** Math.min(recent, MOST_DOUBLINGS);
  const spread = 1 - JITTER + 2 * JITTER * random;
  return Math.round(Math.min(doubled * spread, maxBackoffMs));
}
