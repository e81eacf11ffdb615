import { setTimeout as delay } from "node:timers/promises";
import { type ProbeResult, type ProbeTarget, probe } from "../run-probe.ts";
import type { Liveness } from "../service-spec.ts";

/** What the last answers to a service's liveness probe say. */
export interface LivenessAnswers {
  /** How many bad ones there were in a row. */
  bad: number;
  /** What was wrong with the last one, as the end of a sentence. */
  trouble: string;
}

/**
 * Puts a service's liveness probe to it again and again, the first time after one pause, until the signal is aborted.
 * No answer is told after that.
 *
 * @returns what is kept up to date meanwhile
 */
export function watchLiveness(
  target: ProbeTarget,
  live: Liveness | undefined,
  onAnswer: (answer: ProbeResult) => void,
  signal: AbortSignal,
): Readonly<LivenessAnswers> {
  const pulse: LivenessAnswers = { bad: 0, trouble: "" };
  const note = (answer: ProbeResult): void => {
    pulse.bad = answer.ok ? 0 : pulse.bad + 1;
    pulse.trouble = answer.error ?? "";
    onAnswer(answer);
  };
  if (live !== undefined) void ask(target, live, note, signal);
  return pulse;
}

async function ask(
  target: ProbeTarget,
  { probe: question, everyMs }: Liveness,
  onAnswer: (answer: ProbeResult) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // Rejects when it is over, which the loop sees by itself.
    await Promise.allSettled([delay(everyMs, undefined, { signal })]);
    if (signal.aborted) return;
    const answer = await probe(target, question, signal);
    if (!signal.aborted) onAnswer(answer);
  }
}
