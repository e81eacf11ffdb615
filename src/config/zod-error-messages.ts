import type * as z from "zod/mini";

/** How schemas are asked: what they find wrong comes in our words, together with the value. */
export const PLAIN_WORDS: z.core.ParseContext<z.core.$ZodIssue> = { error: expected, reportInput: true };

/** What was expected where a schema has no words of its own. */
function expected(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${typeWords(issue.expected, nameOf(issue), issue.inst)}`;
    case "invalid_value":
      return `expected ${issue.values.length === 1 ? "" : "one of "}${issue.values.map(String).join(", ")}`;
    case "invalid_union":
      return `expected ${issue.errors.map(expectedByBranch).join(", or ")}`;
    case "invalid_key":
      return issue.issues[0]?.message;
    case "too_small":
      return tooSmall(issue);
    case "too_big":
      return issue.origin === "number"
        ? `expected ${number(nameOf(issue))}, at most ${issue.maximum}`
        : undefined;
    default:
      return undefined;
  }
}

function nameOf({ path }: z.core.$ZodRawIssue): string {
  return String(path?.at(-1) ?? "");
}

function typeWords(type: string, name: string, schema: unknown): string {
  switch (type) {
    case "number":
    case "int":
      return numberWithExample(name);
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    case "record":
      return "names with values, such as `NAME: value`";
    case "object":
      return `settings by name${exampleOf(schema as z.core.$ZodTypes | undefined)}`;
    default:
      return type;
  }
}

/** The first setting that a section has. */
function exampleOf(schema: z.core.$ZodTypes | undefined): string {
  const def = schema?._zod.def;
  const [first] = def?.type === "object" ? Object.keys(def.shape) : [];
  return first === undefined ? "" : `, such as \`${first}:\``;
}

function number(name: string): string {
  if (name.endsWith("_ms")) return "a whole number of milliseconds";
  if (name.endsWith("_bytes")) return "a whole number of bytes";
  return isPort(name) ? "a port number" : "a whole number";
}

function numberWithExample(name: string): string {
  if (name.endsWith("_ms")) return `${number(name)}, such as 5000`;
  if (name.endsWith("_bytes")) return `${number(name)}, such as 1048576`;
  return `${number(name)}, such as ${isPort(name) ? 8000 : 5}`;
}

function isPort(name: string): boolean {
  return name === "port" || name.endsWith("_port");
}

function expectedByBranch([first]: readonly z.core.$ZodIssue[]): string {
  return (first?.message ?? "").replace(/^expected /, "");
}

function tooSmall(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall>): string | undefined {
  if (issue.origin === "number") return `expected ${number(nameOf(issue))}, at least ${issue.minimum}`;
  return issue.origin === "string" ? "expected text that is not empty" : undefined;
}
