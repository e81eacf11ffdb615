/** What `--drill` means to `stack verify`: which suites are run, and whose services are killed. */
import type { Config } from "../config/config-schema.ts";
import { UserError } from "../errors/user-error.ts";
import { openSupervisedKiller } from "../launch/supervised-killer.ts";
import { chooseTarget } from "./choose-target.ts";
import type { Screen } from "./screen.ts";

/** The suite that kills services: it is run only where a flag says so, too. */
export const DRILL = "drill";

interface SuiteFlagValues {
  readonly drill: boolean;
  readonly list: boolean;
  readonly from: string | undefined;
}

/**
 * The names of the suites to be run; undefined for all that are run without being named. Throws a UserError where the
 * drill is named, and the flag is not there.
 *
 * @param named on the command line
 * @param judgedAgain what saved evidence may be of, where none is named
 */
export function suitesToRun(
  named: readonly string[],
  { drill, list, from }: SuiteFlagValues,
  judgedAgain: readonly string[],
): readonly string[] | undefined {
  if (drill) return [...new Set([...named, DRILL])];
  const kills = !list && from === undefined;
  if (named.includes(DRILL) && kills) {
    throw new UserError("bad_flag", "The suite drill kills services, so it is run only with --drill.", {
      hint: "stack verify --drill: the gateway, the engine and the HMI that `stack up` runs here, each in mid-reply.",
    });
  }
  if (named.length > 0) return named;
  return from === undefined ? undefined : judgedAgain;
}

/**
 * What to judge; for a drill with what kills its services: what `stack up` runs here, or a fresh stack in this process
 * where that is asked for, never by itself. Throws a UserError, also `drill_refused`.
 */
export async function chooseVerifyTarget(
  flags: Parameters<typeof chooseTarget>[0] & { readonly drill: boolean },
  config: Config,
  screen: Screen,
): ReturnType<typeof chooseTarget> {
  if (!flags.drill || flags["in-process"]) return await chooseTarget(flags, config, screen);
  const killer = await openSupervisedKiller(config, process.env, (text) => screen.progress(`  … ${text}`));
  const { target, ...words } = await chooseTarget(flags, config, screen);
  if (target === "in-process") throw new UserError("drill_refused", "The stack has ended just now.");
  return { ...words, target: { ...target, killer } };
}
