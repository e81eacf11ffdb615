/**
 * A check is one observable claim about a target. It has two halves: `collect` does things and writes
 * down what was seen, `judge` is a pure function from that evidence to a verdict. So evidence can be
 * kept and judged again elsewhere, and the judging half is tested without a network.
 */
export interface Check<Target, Evidence = unknown> extends CheckWords {
  /** `<suite>/<name>`. */
  readonly id: string;
  /** Those of its words that speak of what a target of another wire does not have, as they are told of such a target. */
  readonly foreignWords?: Partial<CheckWords>;
  /** What the target must offer, by name; where it does not, the check is skipped and says so. */
  readonly needs: readonly string[];
  /**
   * True where times decide. What does not hold while this process itself was held up is collected again: a
   * machine that is busy is late now and then, a bug always.
   */
  readonly isTimed?: boolean;
  /**
   * True where collecting is little else than waiting, for something that disturbs no other check but those that are
   * alone. Where the target allows it, it is begun before others, and looked at after them.
   */
  readonly isMostlyWaiting?: boolean;
  /** True where nothing of another check may be on its way meanwhile, not even something that waits. */
  readonly isAlone?: boolean;
  collect(context: CollectContext<Target>): Promise<Evidence>;
  judge(evidence: Evidence): Verdict;
}

/** What people are told of a check. */
export interface CheckWords {
  /** What must be true, as a statement. */
  readonly claim: string;
  /** Why anybody checks this: the bug that it comes from, and where that is written down. */
  readonly why: string;
  /** What to look at in a backend where the claim is broken. */
  readonly lookAt: string;
}

/** Holds, with what shows it; or broken, with what was expected and what was found. */
export type Verdict = Holds | Broken;

export interface Holds {
  readonly verdict: "holds";
  /** What was seen that shows it, in one line. */
  readonly seen: string;
}

export interface Broken {
  readonly verdict: "broken";
  readonly expected: string;
  readonly found: string;
  /** What was done and seen, in one line. */
  readonly seen: string;
  /**
   * By how much something was late, where nothing else is at fault, in milliseconds: a process that was itself held up for as
   * long while it looked cannot tell.
   */
  readonly late_ms?: number;
  /**
   * The fault, where it is all that was found and may meet other claims as well: the first claim that it breaks is broken, and
   * the others are not judged.
   */
  readonly cause?: Cause;
  /** The database rows that show it, where rows are the subject. */
  readonly rows?: readonly unknown[];
  /** The texts that show it, where texts are the subject: a report shows where they differ. */
  readonly texts?: TextPair;
}

/** A fault that several claims may meet. */
export interface Cause {
  /** Its words, which are also what it is known by: `replies are not in their conversation`. */
  readonly fault: string;
  /** What to look at for it in a backend; left out where the claim's own words name it. */
  readonly look_at?: string;
  /** Wider faults, each in its words, any of which would show in the same way here. */
  readonly within?: readonly string[];
}

/** Two texts that should have been one. */
export interface TextPair {
  /** What they are, as a heading. */
  readonly title: string;
  /** What each is called, in a word. */
  readonly names: readonly [before: string, after: string];
  readonly before: string;
  readonly after: string;
}

export interface CollectContext<Target> {
  readonly target: Target;
  /** Aborted at the check's deadline and by Ctrl-C. */
  readonly signal: AbortSignal;
  /**
   * A word that nothing else in the world says, to be found again in rows, prompts and streams. It follows
   * from the run's seed, the check and the name alone, so that a run can be made again.
   */
  canary(name: string): string;
  /** A whole number from 0 up to, but not including, `below`; it follows from seed, check and name alone. */
  random(name: string, below: number): number;
  /** Evidence that several checks judge is collected once a run, under a name. */
  share<Evidence>(name: string, collect: () => Promise<Evidence>): Promise<Evidence>;
  /**
   * Queues something that must be undone, before it is done: it runs after the last check, newest
   * first, whatever happened in between.
   */
  defer(what: string, undo: (signal: AbortSignal) => Promise<void>): void;
}

/** The check could not be made: says nothing about the claim. */
export class CouldNotRun extends Error {
  override readonly name = "CouldNotRun";
}

/** A list of checks that are run one after the other, in order, on one target. */
export interface Suite<Target> {
  readonly name: string;
  /** What the suite proves, in one sentence. */
  readonly title: string;
  /** As {@link Check.foreignWords}. */
  readonly foreignTitle?: string;
  readonly checks: readonly Check<Target, never>[];
  /** True where all of its checks look at the target as a whole: each is alone, as {@link Check} has it. */
  readonly isAlone?: boolean;
}

/** Forgets the evidence's type, so that checks of different evidence fit into one list. */
export function defineCheck<Target, Evidence>(check: Check<Target, Evidence>): Check<Target, never> {
  return check as unknown as Check<Target, never>;
}
