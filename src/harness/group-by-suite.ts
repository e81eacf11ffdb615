import { UserError } from "../errors/user-error.ts";
import type { Check, Suite } from "./define-check.ts";

/**
 * Suites with further checks, each in the suite that its id names (`<suite>/<name>`); a suite that is new stands last.
 * Throws a UserError `module_invalid` where an id is none, or taken.
 */
export function groupBySuite<Target>(
  suites: readonly Suite<Target>[],
  checks: readonly Check<Target, never>[],
): Suite<Target>[] {
  const grouped = new Map<string, Suite<Target>>(suites.map((suite) => [suite.name, suite]));
  for (const check of checks) {
    const [, name] = /^([a-z0-9][a-z0-9-]*)\/[a-z0-9][a-z0-9-]*$/.exec(check.id) ?? [];
    if (name === undefined) {
      throw new UserError(
        "module_invalid",
        `A check's id is <suite>/<name>, not ${JSON.stringify(check.id)}.`,
        {
          hint: "Small letters, digits and hyphens, such as billing/totals.",
        },
      );
    }
    const suite = grouped.get(name) ?? { name, title: `Checks of ${name}.`, checks: [] };
    if (suite.checks.some(({ id }) => id === check.id)) {
      throw new UserError("module_invalid", `There are two checks with the id ${check.id}.`, {
        hint: "Give one of them another name.",
      });
    }
    grouped.set(name, { ...suite, checks: [...suite.checks, check] });
  }
  return [...grouped.values()];
}
