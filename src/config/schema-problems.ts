import type * as z from "zod/mini";
import { orDidYouMean } from "./closest-name.ts";
import type { ConfigProblem } from "./config-layer.ts";
import { foundValue } from "./describe-found-value.ts";
import { unknownSettings } from "./unknown-keys.ts";

/** Where a schema stands in the configuration. */
export interface ConfigProblemOptions {
  /** The path of what it reads; nothing for the whole. */
  readonly above?: readonly PropertyKey[];
  /** Names beside it that others read. */
  readonly besides?: readonly string[];
}

/**
 * What a schema finds wrong, each at its own path with what was found there; a name or a word that is unknown
 * with the one that was probably meant. The error is one of a schema that was asked with `PLAIN_WORDS`.
 */
export function problemsOf(
  schema: z.core.$ZodType,
  { issues }: z.core.$ZodError,
  { above = [], besides = [] }: ConfigProblemOptions = {},
): ConfigProblem[] {
  return issues.flatMap(decided).flatMap((issue): ConfigProblem[] => {
    const path = [...above, ...issue.path];
    if (issue.code !== "unrecognized_keys") return [{ path, part: "value", message: messageOf(issue, path) }];
    return unknownSettings(schema, issue, { path, besides });
  });
}

function messageOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): string {
  // Of a bad name the value says nothing.
  if (issue.code === "invalid_key") return issue.message;
  const { message, input } = issue;
  const words = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const hint = typeof input === "string" ? orDidYouMean(input, words) : "";
  return `${message}; found ${foundValue(input, path)}${hint}`;
}

/**
 * Where a value can be of several kinds, what is wrong with the kind that it is: `restart: {limit: x}` is a map,
 * and `restart: sometimes` a word.
 */
function decided(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const isWord = typeof issue.input === "string";
  const close = issue.errors.filter((branch) =>
    branch.every(
      ({ path, code }) =>
        path.length > 0 || code === "unrecognized_keys" || (isWord && code === "invalid_value"),
    ),
  );
  const [only] = close;
  if (only === undefined || close.length > 1) return [issue];
  return only.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}
