import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONFIG_FILES } from "../config/config-file.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { detectProject } from "./detect-project.ts";
import { type DraftFinding, draftConfig } from "./draft-config.ts";
import { renderDraft } from "./render-draft.ts";

/** The file that is written. */
export const INIT_FILE = "stack.config.yaml";

export interface InitOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Nothing is written. */
  readonly dryRun: boolean;
  /** A configuration that is there already is written over. */
  readonly force: boolean;
}

export interface InitResult {
  /** Absolute path. */
  readonly file: string;
  readonly written: boolean;
  /** Where none is of use, the configuration is the defaults. */
  readonly findings: readonly DraftFinding[];
  readonly text: string;
}

/**
 * Writes a configuration from what it finds in a folder and around it.
 * Throws a UserError: `config_exists`, `config_unwritable`.
 */
export async function initConfig({ folder, env, dryRun, force }: InitOptions): Promise<InitResult> {
  const present = CONFIG_FILES.find((name) => existsSync(join(folder, name)));
  // Of another kind it would not be replaced but hidden.
  const isInTheWay = present !== undefined && (!force || present !== INIT_FILE);
  if (isInTheWay && !dryRun) throw exists(join(folder, present), present === INIT_FILE);
  const draft = draftConfig(await detectProject(folder, env));
  const file = join(folder, INIT_FILE);
  const text = renderDraft(draft);
  if (!dryRun) write(file, text, force);
  return { file, written: !dryRun, findings: draft.findings, text };
}

/** Two who write at the same time: the second one fails. */
function write(file: string, text: string, force: boolean): void {
  try {
    writeFileSync(file, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    throw new UserError("config_unwritable", `${file} cannot be written: ${messageOf(error)}.`, {
      hint: "With --dry-run the configuration is only shown.",
    });
  }
}

function exists(file: string, canBeReplaced: boolean): UserError {
  return new UserError("config_exists", `There is a configuration already: ${file}.`, {
    hint: canBeReplaced
      ? "Nothing was written. --force replaces it; --dry-run shows what would be written."
      : "Nothing was written. Remove it first; --dry-run shows what would be written.",
  });
}
