import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { importModule } from "../config/module-file.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";

/** Whether a name on the command line is a file of the user's rather than one of our own names. */
export function isModulePath(name: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(name);
}

/**
 * The default export of a module that the user named on the command line; a list is taken apart. Node itself takes the
 * types out of TypeScript.
 *
 * @param isOne whether a value is what was asked for
 * @param wanted what was asked for, such as `a check made by defineCheck`
 * Throws a UserError `module_invalid`.
 */
export async function loadUserModule<Value>(
  file: string,
  isOne: (value: unknown) => value is Value,
  wanted: string,
): Promise<readonly Value[]> {
  let exported: unknown;
  try {
    ({ default: exported } = await importModule(pathToFileURL(resolve(file)).href));
  } catch (error) {
    throw new UserError("module_invalid", `${file} cannot be loaded: ${messageOf(error)}`, {
      hint: "It must be a module that Node can import: .ts, .mts, .js or .mjs.",
      cause: error,
    });
  }
  const values = [exported].flat();
  if (values.length > 0 && values.every(isOne)) return values;
  throw new UserError(
    "module_invalid",
    `The default export of ${file} is not ${wanted}, nor a list of such.`,
    {
      hint: "docs/extending.md has an example.",
    },
  );
}

/** Whether all these fields are there, each of its type. */
export function hasFields(
  value: unknown,
  fields: Readonly<Record<string, "string" | "function" | "object">>,
): boolean {
  if (typeof value !== "object" || value === null) return false;
  const found = value as Readonly<Record<string, unknown>>;
  return Object.entries(fields).every(([name, type]) => typeof found[name] === type);
}
