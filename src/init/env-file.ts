import { existsSync } from "node:fs";
import { join } from "node:path";
import { readEnvFile } from "../config/services/read-env-file.ts";
import type { FoundValue } from "./web-app.ts";

/** The variables of the `.env` of a folder; none where there is no such file, or none that may be read. */
export type EnvVariables = ReadonlyMap<string, FoundValue<string>>;

export function envFileOf(root: string, folder: string): EnvVariables {
  const file = folder === "." ? ".env" : `${folder}/.env`;
  if (!existsSync(join(root, file))) return new Map();
  const read = readEnvFile(join(root, file));
  const variables = "variables" in read ? read.variables : {};
  return new Map(
    Object.entries(variables).map(([name, value]) => [name, { value, where: `${name} in ${file}` }]),
  );
}

/** The port that an expression takes from a variable of `.env`: `os.environ.get("PORT", 8000)`, `process.env.PORT`. */
export function portFrom(expression: string, variables: EnvVariables): FoundValue<number> | undefined {
  for (const [, name = ""] of expression.matchAll(/\b([A-Z][A-Z\d_]*)\b/g)) {
    const found = variables.get(name);
    if (found !== undefined && /^\d{2,5}$/.test(found.value)) {
      return { value: Number(found.value), where: found.where };
    }
  }
  return undefined;
}
