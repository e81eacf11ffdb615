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
    const meant = orDidYouMean(key, known) || whatThereIs(known);
    const message = `there is no such setting${meant}`;
    return { path: [...path, key], part: "name", message };
  });
}

/** Where there are few, all of them: a word of one's own is like none of ours. */
function whatThereIs(known: readonly string[]): string {
  const names = [...new Set(known)];
  return names.length === 0 || names.length > FEW ? "" : `; here are ${names.join(", ")}`;
}

const FEW = 8;

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
