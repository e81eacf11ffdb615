import type { Fault } from "../faults/fault.ts";
import { paint, styled } from "../text/styled-text.ts";
import type { Screen } from "./screen.ts";

/** A bug of the catalogue as `--list` shows it. */
export interface FaultListing {
  readonly name: string;
  readonly story: string;
  readonly seen_in: string;
  /** The ids of exactly those checks that must turn red. */
  readonly caught_by: readonly string[];
}

/** Lists bugs, for people on the screen in two columns, or one where it is narrow, and for programs as the result. */
export function listFaults(
  screen: Screen,
  faults: readonly Pick<Fault, "name" | "story" | "seenIn" | "caughtBy">[],
): FaultListing[] {
  const column = Math.max(0, ...faults.map(({ name }) => name.length)) + 4;
  const isNarrow = column > screen.width / 2;
  for (const { name, story } of faults) {
    if (isNarrow) {
      screen.line(styled`  ${paint("strong", name)}`);
      screen.line(`    ${story}`, 4);
    } else screen.line(styled`  ${paint("strong", name.padEnd(column - 2))}${story}`, column);
  }
  return faults.map(({ name, story, seenIn, caughtBy }) => ({
    name,
    story,
    seen_in: seenIn,
    caught_by: caughtBy,
  }));
}
