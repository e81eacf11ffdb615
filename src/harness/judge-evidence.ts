import { messageOf } from "../errors/thrown-error.ts";
import { type Check, CouldNotRun, type Verdict } from "./define-check.ts";
import { lostConnectionWords } from "./lost-connection.ts";
import type { CouldNotRunOutcome, Outcome, SkippedOutcome } from "./run-report.ts";
import type { OpenTarget } from "./run-settings.ts";
import { NotObservable } from "./target-errors.ts";

/** What a check says of some evidence. */
export interface JudgedCheck {
  readonly outcome: Exclude<Outcome, { verdict: "flaky" }>;
  readonly evidence?: unknown;
  /** See `CheckResult.commands`. */
  readonly commands?: readonly string[];
}

/** What a check says of evidence, collected just now or long ago. */
export function judgeEvidence<Target>(
  check: Check<Target, never>,
  evidence: unknown,
  open: Pick<OpenTarget<Target>, "whyNotObservable"> = {},
): JudgedCheck {
  try {
    const verdict: Verdict = check.judge(evidence as never);
    return { outcome: verdict, evidence };
  } catch (error) {
    return { outcome: explainNoVerdict(error, open), evidence };
  }
}

/** An exception in a check is never a verdict about the claim. */
export function explainNoVerdict(
  error: unknown,
  { whyNotObservable = ({ message }) => message }: Pick<OpenTarget<unknown>, "whyNotObservable">,
  signal?: AbortSignal,
): CouldNotRunOutcome | SkippedOutcome {
  if (error instanceof NotObservable) return { verdict: "skipped", reason: whyNotObservable(error) };
  const reason = (text: string): CouldNotRunOutcome => ({ verdict: "could-not-run", reason: text });
  if (signal?.aborted) return reason("interrupted");
  if (error instanceof CouldNotRun) return reason(error.message);
  return reason(lostConnectionWords(error) ?? `the check itself failed: ${messageOf(error)}`);
}
