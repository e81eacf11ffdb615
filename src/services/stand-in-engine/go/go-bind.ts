/** Request bodies as Go binds them to structs: null leaves the default, names are compared without case. */
import * as z from "zod";
import { decodeGoBase64 } from "./go-base64.ts";
import { decodeGoJson, goKind } from "./go-json.ts";

/** A `string` field; "" where it is absent. Half a surrogate pair becomes U+FFFD, as in Go. */
export const goString = z
  .string({ error: "string" })
  .nullish()
  .transform((text) => (text ?? "").toWellFormed());

/** A `bool` field; undefined where it is absent. */
export const goBool = z.boolean({ error: "bool" }).nullish();

/** An `int` field; undefined where it is absent. */
export const goInt = z.int({ error: "int" }).nullish();

/** A `[]byte`, in base64; `type` is Go's name of it. */
export function goBytes(type: string) {
  return z.string({ error: type }).transform((text, context) => {
    try {
      return decodeGoBase64(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  });
}

/** A slice of anything; `type` is Go's name of the whole type. */
export function goSlice<Item extends z.ZodType>(item: Item, type: string) {
  return z
    .array(item, { error: type })
    .nullish()
    .transform((items) => items ?? []);
}

/** A `map[string]any` field; empty where it is absent. */
export const goMap = z
  .record(z.string(), z.unknown(), { error: "map[string]interface {}" })
  .nullish()
  .transform((map) => map ?? {});

/** A struct; `type` is Go's name of it. The message of a mismatch is the Go type that was expected. */
export function goStruct<Shape extends z.ZodRawShape>(type: string, shape: Shape) {
  return z.preprocess(foldNames, z.object(shape, { error: type }));
}

/**
 * The value of a request's body. Throws SyntaxError with the decoder's own text where it is not JSON or
 * not of these types; `undefined` where there is no body.
 */
export function bindGoJson<Schema extends z.ZodType>(
  schema: Schema,
  type: string,
  text: string,
): z.output<Schema> | undefined {
  const value = decodeGoJson(text);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SyntaxError(parsed.error.issues.map((issue) => mismatch(issue, type, value))[0]);
}

function foldNames(value: unknown): unknown {
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field]));
}

function mismatch(issue: z.core.$ZodIssue, type: string, body: unknown): string {
  // A field that reads itself (UnmarshalJSON) words its own error.
  if (issue.code === "custom") return issue.message;
  const found = issue.path.reduce((value, step) => Object(foldNames(value))[step] as unknown, body);
  const kind = goKind(found) === "number" && issue.message === "int" ? `number ${found}` : goKind(found);
  const field = issue.path.filter((step) => typeof step === "string").join(".");
  const struct = type.slice(type.indexOf(".") + 1);
  const target = field === "" ? "Go value" : `Go struct field ${struct}.${field}`;
  return `json: cannot unmarshal ${kind} into ${target} of type ${issue.message}`;
}
