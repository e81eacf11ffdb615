import type { Suite } from "../harness/define-check.ts";
import { alignColumns, paint, styled } from "../text/styled-text.ts";
import type { Screen } from "./screen.ts";

/** A suite as `--list` shows it. */
export interface SuiteListing {
  readonly name: string;
  readonly title: string;
  readonly checks: readonly {
    readonly id: string;
    readonly claim: string;
    /** What the target must offer. */
    readonly needs: readonly string[];
  }[];
}

/** Lists the checks of suites, for people on the screen and for programs as the result. */
export function listChecks<Target>(screen: Screen, suites: readonly Suite<Target>[]): SuiteListing[] {
  for (const { title, checks } of suites) {
    screen.line(styled`  ${paint("strong", title)}`, 2);
    for (const line of alignColumns(checks.map(({ id, claim }) => [id, claim])))
      screen.line(styled`  ${line}`, 6);
    screen.line();
  }
  return suites.map(({ name, title, checks }) => ({
    name,
    title,
    checks: checks.map(({ id, claim, needs }) => ({ id, claim, needs })),
  }));
}
