import type { Overrides } from "../services/start-services.ts";

/** A deliberate bug: it enters from outside, where services meet, and no service knows of it. */
export interface Fault {
  /** The name that `--fault` takes. */
  readonly name: string;
  /** What is wrong, in one sentence. */
  readonly story: string;
  /** Where this bug was seen for real. */
  readonly seenIn: string;
  /** The ids of exactly those checks that must turn red. */
  readonly caughtBy: readonly string[];
  /** The ids of exactly those checks that cannot judge any more, because this bug takes away what they look at. */
  readonly alsoStops?: readonly string[];
  /**
   * The suites in which it acts. In the others a proof has it switched on together with other faults, and sees that
   * none of them acts: where that is wrong, the proof takes longer, and finds the same. Left out where it is not
   * known.
   */
  readonly actsIn?: readonly string[];
  /**
   * True for a bug that only several copies can have: a proof tries it on several copies alone, in the suite `replicas`,
   * and tries no other bug there.
   */
  readonly ofCopies?: boolean;
  /**
   * What it changes on a wire of which nothing is known, in words that follow "it changes": for whoever sees that it was
   * not applied. Left out where it knows our wire alone.
   */
  readonly onAnyWire?: string;
  /**
   * The overrides that bring it in. Made anew for each stack. `onApplied` must be told each time it acts. A fault
   * of one kind of stream is on every stream where that is wished.
   */
  overrides(onApplied: () => void, reach?: Reach): Overrides;
}

/**
 * `one-call` (the default): only the stream of the one call that sends and streams, so that exactly the checks
 * turn red that speak of it. `every-stream`: the others too, as on a stack whose checks are not known. `any-wire`: all
 * streams of a stack whose wire is none of ours; there a fault that can be had without knowing it changes what comes piece by piece.
 */
export type Reach = "one-call" | "every-stream" | "any-wire";
