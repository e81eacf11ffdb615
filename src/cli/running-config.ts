import { existsSync } from "node:fs";
import type { Config } from "../config/config-schema.ts";
import { loadConfig } from "../config/load-config.ts";
import { UserError } from "../errors/user-error.ts";
import { paint, styled } from "../text/styled-text.ts";
import type { Screen } from "./screen.ts";
import { warnOfMisspeltVariables } from "./warn-of-misspelt-variables.ts";

/** Not that the file may be somebody else's: then nothing in it counts, not even where the state folder is. */
const MISTAKES: readonly string[] = ["config_invalid", "config_unreadable"];

/** The configuration of a stack that may be running. */
export interface RunningConfig {
  readonly config: Config;
  /** What is wrong with it; then it names no services, and only what is in the state folder is known of them. */
  readonly mistake: UserError | undefined;
}

/**
 * The configuration for commands about what runs: a mistake in it, made since, must not keep anybody from looking at it
 * or stopping it. The mistake is told, and no error where there is a state folder. Throws what `loadConfig` does.
 */
export async function loadRunningConfig(file: string | undefined, screen: Screen): Promise<RunningConfig> {
  warnOfMisspeltVariables();
  const options = { cwd: process.cwd(), env: process.env, file };
  try {
    return { config: await loadConfig(options), mistake: undefined };
  } catch (error) {
    if (!(error instanceof UserError) || !MISTAKES.includes(error.code)) throw error;
    const { fallbackConfig } = await import("../config/fallback-config.ts");
    const config = await fallbackConfig(options);
    if (!existsSync(config.state.dir)) throw error;
    screen.line(styled`  ${paint("bad", error.message)}`, 2);
    screen.line(`  So this goes by what is in ${config.state.dir}.`, 2);
    return { config, mistake: error };
  }
}
