import { type Fault, findWireFault, hopsOf, wireFaults } from "../faults/find-fault.ts";
import type { Rewrite } from "../tap/tap-rewrite.ts";
import { driverOf, frontOf, wireOf } from "../targets/connect-chat.ts";
import type { WholeTargetUrls } from "../targets/open-target.ts";
import type { DescribedFault } from "./described/described-fault.ts";
import { describedFaults } from "./described/described-faults.ts";
import type { Hop } from "./target-proof-report.ts";

/** A fault as a running stack can have it: of the catalogue, or as a described wire can suffer it, or both. */
export interface TargetFault extends Pick<Fault, "name" | "story" | "seenIn" | "caughtBy"> {
  readonly catalogued?: Fault | undefined;
  readonly described?: DescribedFault | undefined;
}

/**
 * The faults of these names that a target can be tried with; without names, all. Throws a UserError where a name is none
 * of them.
 */
export function findTargetFaults(
  target: WholeTargetUrls,
  names: readonly string[] | undefined,
): readonly TargetFault[] {
  const described = driverOf(target) === undefined ? [] : describedFaults;
  const all = [...new Set([...described, ...wireFaults].map(({ name }) => name))];
  return (names ?? all).map((name) => {
    const own = described.find((fault) => fault.name === name);
    const catalogued = wireFaults.find((fault) => fault.name === name);
    return { ...(own ?? catalogued ?? findWireFault(name)), described: own, catalogued };
  });
}

/** All faults that some target can be tried with. */
export function allTargetFaults(): readonly TargetFault[] {
  const more = describedFaults.filter(({ name }) => wireFaults.every((fault) => fault.name !== name));
  return [...wireFaults, ...more];
}

/** Where a fault acts on a target, and how. */
export interface FaultOnTarget {
  readonly hops: readonly Hop[];
  readonly wire: Partial<Readonly<Record<Hop, Rewrite>>>;
  /** Makes good what did not reach the stack. Gives the names of the conversations that are in order by it. */
  undo?(): Promise<readonly string[]>;
  /** What it looks for on a wire that is none of ours, in words; undefined on ours. */
  readonly looksFor?: string;
  /** Whether it finds nothing of that here. */
  readonly isInVain?: true;
}

/** A fault as a stack can have it: what goes wrong with its replies goes wrong at the service that people talk to. */
export function faultOn(
  { catalogued, described }: TargetFault,
  target: WholeTargetUrls,
  onApplied: () => void,
): FaultOnTarget {
  const hops = catalogued === undefined ? [] : hopsOf(catalogued);
  if (driverOf(target) === undefined) {
    return { hops, wire: catalogued?.overrides(onApplied, "every-stream").wire ?? {} };
  }
  const changes = catalogued?.onAnyWire ?? described?.changes;
  const looksFor =
    changes === undefined
      ? "it knows the calls, events and pages of docs/contract.md, and this target speaks another wire"
      : `on a wire that is none of ours it changes ${changes}`;
  const front = frontOf(target);
  const { undo, ...change } = described?.begin(wireOf(target), onApplied) ?? {};
  if (Object.keys(change).length > 0) {
    return {
      hops: [front],
      wire: { [front]: change },
      looksFor,
      ...(undo !== undefined && { undo: () => undo(target[front]) }),
    };
  }
  if (catalogued?.onAnyWire === undefined) {
    return { hops: hops.length === 0 ? [front] : hops, wire: {}, looksFor, isInVain: true };
  }
  const { wire = {} } = catalogued.overrides(onApplied, "any-wire");
  if (front === "hmi" || wire.hmi === undefined) return { hops, wire, looksFor };
  return { hops: [front], wire: { [front]: wire.hmi }, looksFor };
}
