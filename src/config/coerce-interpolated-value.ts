import type * as z from "zod/mini";

/**
 * A text as the kind of value that a schema takes at a path: a number or a truth value only where no text will do.
 * What is neither stays text, for the schema to refuse.
 */
export function coerceValue(schema: z.core.$ZodType, path: readonly string[], text: string): unknown {
  const kinds = new Set(kindsAt(schema, path));
  if (kinds.has("number") && !kinds.has("string") && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (kinds.has("boolean") && !kinds.has("string") && /^(?:true|false)$/.test(text)) return text === "true";
  return text;
}

/** The kinds of value that a schema takes at a path; `string` where anything will do. */
function kindsAt(schema: z.core.$ZodType, path: readonly string[]): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional") return kindsAt(def.innerType, path);
  if (def.type === "pipe") return kindsAt(def.in, path);
  if (def.type === "union") return def.options.flatMap((option) => kindsAt(option, path));
  const [name, ...rest] = path;
  if (def.type === "literal") return name === undefined ? def.values.map((value) => typeof value) : [];
  if (name === undefined) return def.type === "number" || def.type === "boolean" ? [def.type] : ["string"];
  if (def.type === "record") return kindsAt(def.valueType, rest);
  if (def.type === "array") return kindsAt(def.element, rest);
  const inner = def.type === "object" ? def.shape[name] : undefined;
  return inner === undefined ? [] : kindsAt(inner, rest);
}
