import type { Broken } from "./define-check.ts";
import type { CheckResult } from "./run-report.ts";
import type { OpenTarget } from "./run-settings.ts";

/** A fault that was found, and by which check. */
interface KnownCause {
  readonly fault: string;
  readonly by: string;
}

/** What claims about one target were found broken by, so far. */
export interface KnownCauses {
  /** The outcome as it is told: a claim that shows no more than another one has shown is not judged, and says by which. */
  told(id: string, outcome: CheckResult["outcome"]): CheckResult["outcome"];
}

const KNOWN = new WeakMap<OpenTarget<unknown>, KnownCauses>();

/** Those of this target: suites that share it share them. */
export function knownCausesOf(open: OpenTarget<unknown>): KnownCauses {
  const known = KNOWN.get(open) ?? noCausesYet();
  KNOWN.set(open, known);
  return known;
}

function noCausesYet(): KnownCauses {
  const causes: KnownCause[] = [];
  return {
    told(id, outcome) {
      if (outcome.verdict !== "broken" || outcome.cause === undefined) return outcome;
      const known = explains(causes, outcome.cause);
      if (known !== undefined && known.by !== id) {
        return {
          verdict: "skipped",
          reason: `not judged: ${known.fault}, as ${known.by} found; nothing more was seen here`,
        };
      }
      causes.push({ fault: outcome.cause.fault, by: id });
      return outcome;
    },
  };
}

function explains(
  causes: readonly KnownCause[],
  { fault, within = [] }: NonNullable<Broken["cause"]>,
): KnownCause | undefined {
  const all = [fault, ...within];
  return causes.find((known) => all.includes(known.fault));
}
