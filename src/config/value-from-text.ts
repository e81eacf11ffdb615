import type * as z from "zod/mini";
import { isRecord } from "./config-layer.ts";

/** A text as a value of the same kind as the default one: what an environment variable means. */
export function valueLike(standard: unknown, text: string): unknown {
  const parts = text.split(",").map((part) => part.trim());
  if (Array.isArray(standard)) return parts;
  if (isRecord(standard)) return jsonRecordIn(text) ?? Object.fromEntries(parts.map(pairOf));
  return typeof standard === "number" && /^-?\d+$/.test(text) ? Number(text) : text;
}

function jsonRecordIn(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function pairOf(text: string): [string, string] {
  const [name = "", ...value] = text.split("=");
  return [name.trim(), value.join("=").trim()];
}

/**
 * A text as the kind of value that a schema takes at a path, as of what a file writes as `${NAME}`: a number or a truth value
 * only where no text will do.
 * What is neither stays text, for the schema to refuse.
 */
export function valueBySchema(schema: z.core.$ZodType, path: readonly string[], text: string): unknown {
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
