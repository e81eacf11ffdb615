import type * as z from "zod/mini";
import { orDidYouMean } from "./closest-name.ts";
import type { ConfigProblem } from "./config-layer.ts";

/** Names that a schema does not know, each with the one that was probably meant. */
export function unknownSettings(
  schema: z.core.$ZodType,
  issue: z.core.$ZodIssueUnrecognizedKeys,
  { path, besides }: { readonly path: readonly PropertyKey[]; readonly besides: readonly string[] },
): ConfigProblem[] {
  const known = [...namesAt(schema, issue.path), ...(issue.path.length === 0 ? besides : [])];
  return issue.keys.map((key) => {
    const message = `there is no such setting${orDidYouMean(key, known)}`;
    return { path: [...path, key], part: "name", message };
  });
}

/** The names that a schema knows at a path. */
function namesAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional") return namesAt(def.innerType, path);
  if (def.type === "union") return def.options.flatMap((option) => namesAt(option, path));
  const [key, ...rest] = path;
  // A list that was meant, and its items by their numbers.
  if (def.type === "array") return typeof key === "number" ? namesAt(def.element, rest) : [];
  if (def.type === "object") {
    if (key === undefined) return Object.keys(def.shape);
    const inner = def.shape[String(key)];
    return inner === undefined ? [] : namesAt(inner, rest);
  }
  if (def.type !== "record") return [];
  if (key !== undefined) return namesAt(def.valueType, rest);
  return [...(def.keyType._zod.values ?? [])].map(String);
}
