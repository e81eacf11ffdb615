import type * as z from "zod/mini";
import { closest } from "./closest.ts";
import type { Fault } from "./layer.ts";

/** Where a schema stands in the configuration. */
export interface FaultOptions {
  /** The path of what it reads; nothing for the whole. */
  readonly above?: readonly PropertyKey[];
  /** Names beside it that others read. */
  readonly besides?: readonly string[];
}

/** What a schema finds wrong, each at its own path; an unknown name with the one that was probably meant. */
export function faultsOf(
  schema: z.core.$ZodType,
  { issues }: z.core.$ZodError,
  { above = [], besides = [] }: FaultOptions = {},
): Fault[] {
  return issues.flatMap(decided).flatMap((issue): Fault[] => {
    const path = [...above, ...issue.path];
    if (issue.code !== "unrecognized_keys") return [{ path, part: "value", message: issue.message }];
    const known = [...namesAt(schema, issue.path), ...(issue.path.length === 0 ? besides : [])];
    return issue.keys.map((key) => {
      const meant = closest(key, known);
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      return { path: [...path, key], part: "name", message: `there is no such setting${hint}` };
    });
  });
}

/** Where a value can be of several kinds, what is wrong with the kind that it is: `restart: {limit: x}` is a map. */
function decided(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const close = issue.errors.filter((branch) =>
    branch.every(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  const [only] = close;
  if (only === undefined || close.length > 1) return [issue];
  return only.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** The names that a schema knows at a path. */
function namesAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional") return namesAt(def.innerType, path);
  if (def.type === "union") return def.options.flatMap((option) => namesAt(option, path));
  const [key, ...rest] = path;
  if (def.type === "object") {
    if (key === undefined) return Object.keys(def.shape);
    const inner = def.shape[String(key)];
    return inner === undefined ? [] : namesAt(inner, rest);
  }
  if (def.type !== "record") return [];
  if (key !== undefined) return namesAt(def.valueType, rest);
  return [...(def.keyType._zod.values ?? [])].map(String);
}
