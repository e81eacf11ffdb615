import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { configLines, SECRET_MASK } from "../cli/config-lines.ts";
import { resolveConfig } from "../config/load-config.ts";
import { asObject, type ConfigValue, originsOf } from "../config/value-origins.ts";
import { styled } from "../text/styled-text.ts";

interface ConfigOutput {
  /** Absolute path of the file that was read; null where there is none. */
  readonly file: string | null;
  /** The configuration in force, secrets masked. */
  readonly config: Record<string, unknown>;
  /** Each value of it, with where it is from. */
  readonly values: readonly ConfigValue[];
}

export default class ConfigCommand extends BaseCommand {
  static override summary =
    "Show the configuration in force, and where each value of it is from; check the file.";
  static override description =
    `Settings are shown whether or not they were given; of services, what was given. The output is YAML.
Whatever may be a secret is masked: tokens, URLs with a password, headers, and all variables of services.

Exit codes: 0 the configuration is good, 2 it is not: every problem is told, on its line.`;
  static override examples = [
    "<%= config.bin %> config",
    "<%= config.bin %> config --json | jq '.values[] | select(.source != \"default\")'",
  ];
  static override flags = {
    "show-secrets": Flags.boolean({ description: "Show secrets as they are." }),
  };

  async run(): Promise<ConfigOutput> {
    const { flags } = await this.parse(ConfigCommand);
    const resolved = await resolveConfig({ cwd: process.cwd(), env: process.env, file: flags.config });
    const values = await originsOf(resolved);
    const mask = flags["show-secrets"] ? undefined : SECRET_MASK;
    const { screen } = this;
    screen.write(`# ${resolved.file ?? "There is no configuration file."}\n`);
    // Not wrapped: this is a file.
    for (const line of configLines(values, mask)) screen.write(styled`${line}\n`);
    return {
      file: resolved.file ?? null,
      config: asObject(values, mask),
      values: values.map((each) => (each.is_secret && mask !== undefined ? { ...each, value: mask } : each)),
    };
  }
}
