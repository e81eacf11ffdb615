import type { Step } from "./record-steps.ts";
import type { NotObservable } from "./target-errors.ts";

/** How the checks of a run are made, whatever they are. */
export interface RunSettings {
  /** Longest time for one check, in milliseconds. */
  readonly deadlineMs: number;
  /** How often a check that did not hold is tried again. */
  readonly retries: number;
  /** No further check is begun once this many did not hold; no limit where undefined. */
  readonly maxFailures?: number | undefined;
  /** See `RunReport.seed`. */
  readonly seed: string;
  /** Ctrl-C: ends the check that runs; what was made is still undone. */
  readonly signal: AbortSignal;
}

/** A target that is open, with what it offers. */
export interface OpenTarget<Target> {
  readonly target: Target;
  /** What the target offers, by the names that checks need. */
  readonly capabilities: ReadonlySet<string>;
  /** Why it does not offer what it does not, by name; what is not in here cannot be had for no special reason. */
  readonly reasonsMissing?: Readonly<Record<string, string | undefined>>;
  /** Why a claim is not judged, in words for this target; left out: in the error's own. */
  readonly whyNotObservable?: (error: NotObservable) => string;
  /** By the id of a check: what it becomes because its claim was never made for this target. */
  readonly waivedChecks?: Readonly<Record<string, string | undefined>>;
  /** What was done to the target, as commands that a person can type; left out where there is no such thing. */
  readonly commandsOf?: (steps: readonly Step[]) => readonly string[];
  /** True where it ends with the suite, and all that was made on it: nothing needs to be undone. */
  readonly isDisposable?: boolean;
}
