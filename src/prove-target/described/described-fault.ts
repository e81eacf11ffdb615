import type { WireSettings } from "../../contract/wire-description.ts";
import { type Fault, findFault } from "../../faults/find-fault.ts";
import type { Rewrite } from "../../tap/tap-rewrite.ts";

/** A fault as it can be on a wire that is known by its description alone. */
export interface DescribedFault extends Pick<Fault, "name" | "story" | "seenIn" | "caughtBy"> {
  /** What it changes, in words that follow "it changes". */
  readonly changes: string;
  /** How the wire goes wrong; undefined where its description tells nothing of that. `onApplied` is told each time it acts. */
  begin(wire: WireSettings, onApplied: () => void): DescribedChange | undefined;
}

/** How a wire goes wrong, until it is right again. */
export interface DescribedChange extends Rewrite {
  /** Makes good what did not reach the service, at that address. Gives the names of the conversations that are in order by it. */
  undo?(upstream: string): Promise<readonly string[]>;
}

/** What the catalogue says of the fault of this name: on a described wire it is the same one. */
export function asCatalogued(name: string): Pick<Fault, "name" | "story" | "seenIn" | "caughtBy"> {
  const { story, seenIn, caughtBy } = findFault(name);
  return { name, story, seenIn, caughtBy };
}
