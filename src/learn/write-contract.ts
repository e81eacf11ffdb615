import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { CONFIG_FILES } from "../config/config-file.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import type { LearnedWire } from "./learned-wire.ts";
import { addressYaml, contractYaml } from "./learned-yaml.ts";

/** A configuration file as it will be. */
export interface PlannedConfig {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
  /** What a person should know of it. */
  readonly note: string | undefined;
}

const NEW_FILE = "stack.config.yaml";
const HEAD = "# Written by `stack init --from`. Every setting: docs/contract.md of chat-stack, section 8.\n";

/**
 * What the configuration of a folder becomes with a learned contract: a new file, or the one that is there with it at
 * the end. Throws a UserError `config_exists` where there is a contract already (unless `force`), or none can be added.
 */
export function planConfig(
  folder: string,
  learned: LearnedWire,
  { force }: { readonly force: boolean },
): PlannedConfig {
  const present = CONFIG_FILES.find((name) => existsSync(join(folder, name)));
  const contract = contractYaml(learned);
  const address = addressYaml(learned);
  const elsewhere = `The back end is at ${learned.url}: name it with --${learned.service} ${learned.url}.`;
  if (present === undefined) {
    const text = [HEAD, ...(address === undefined ? [] : [address]), contract].join("\n");
    return { file: join(folder, NEW_FILE), text, note: address === undefined ? elsewhere : undefined };
  }
  const file = join(folder, present);
  if (!/\.ya?ml$/.test(present)) {
    throw exists(`${file} is no YAML: a contract cannot be added to it.`, "--dry-run shows what to add.");
  }
  const before = readFileSync(file, "utf8");
  const document = parseDocument(before);
  if (!isMap(document.contents) && before.trim() !== "")
    throw exists(`${file} holds no settings by name.`, "Mend it first.");
  const isAtHome = address === undefined || document.has(learned.service);
  const added = isAtHome ? contract : `${address}\n${contract}`;
  const note = isAtHome ? elsewhere : undefined;
  if (!document.has("contract")) return { file, note, text: `${before.replace(/\n*$/, "\n")}\n${added}` };
  if (!force) {
    throw exists(
      `There is a contract already in ${file}.`,
      "--force replaces it; --dry-run shows what would be written.",
    );
  }
  document.set("contract", parseDocument(contract).get("contract", true));
  return { file, note: elsewhere, text: document.toString({ lineWidth: 0 }) };
}

/** Writes a planned configuration. Throws a UserError `config_unwritable`. */
export function writeConfig({ file, text }: PlannedConfig): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError("config_unwritable", `${file} cannot be written: ${messageOf(error)}.`, {
      hint: "With --dry-run the contract is only shown.",
    });
  }
}

function exists(message: string, hint: string): UserError {
  return new UserError("config_exists", message, { hint: `Nothing was written. ${hint}` });
}
