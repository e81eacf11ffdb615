import { nameToldByLogin, PLACEHOLDER, type WirePlaceholder } from "../../contract/wire-placeholders.ts";

/** One thing that was said, as whoever brings the whole conversation tells it. */
export interface HistoryTurn {
  /** The same each time that it is told. */
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** What stands in the placeholders; one that is not there has no value. */
export type PlaceholderValues = { readonly [Name in WirePlaceholder]?: unknown } & {
  /** What the calls of a login have told, by the names that it has there. */
  readonly login?: Readonly<Record<string, string>> | undefined;
  readonly history?: readonly HistoryTurn[] | undefined;
};

function valueFor(name: string, values: PlaceholderValues): unknown {
  const told = nameToldByLogin(name);
  return told === undefined ? values[name as WirePlaceholder] : values.login?.[told];
}

/** A path with its placeholders filled, each escaped; one without a value is empty. */
export function fillPath(path: string, values: PlaceholderValues): string {
  return path.replace(PLACEHOLDER, (_, name: string) => encodeURIComponent(inText(valueFor(name, values))));
}

/** A text with its placeholders filled as they are. */
export function fillText(text: string, values: PlaceholderValues): string {
  return text.replace(PLACEHOLDER, (_, name: string) => inText(valueFor(name, values)));
}

/**
 * Headers with their placeholders filled, by names in lower case: one that is given again for a call takes its place. One that is
 * a placeholder alone, and has no value, is left out.
 */
export function fillHeaders(
  headers: Readonly<Record<string, string>> = {},
  values: PlaceholderValues,
): Record<string, string> {
  const filled = Object.entries(headers).map(
    ([name, text]) => [name.toLowerCase(), fillText(text, values), text] as const,
  );
  return Object.fromEntries(
    filled.flatMap(([name, value, text]) => (value === "" && text !== "" ? [] : [[name, value]])),
  );
}

/**
 * A body with its placeholders filled. A text that is one placeholder becomes its value, of whatever type, or with `{name|number}` the
 * number that it is; a field whose placeholder has no value is left out, unless it is written `{name|null}`.
 */
export function fillBody(template: unknown, values: PlaceholderValues): unknown {
  if (typeof template === "string") {
    const [whole, name = "", more = ""] = new RegExp(`^(?:${PLACEHOLDER.source})$`).exec(template) ?? [];
    if (whole === undefined) return fillText(template, values);
    const value = valueFor(name, values) ?? (more.includes("|null") ? null : undefined);
    if (name === "history") return turnsOf(value, more);
    return more.includes("|number") ? asNumber(value) : value;
  }
  if (Array.isArray(template)) {
    return template.map((item) => fillBody(item, values)).filter((item) => item !== undefined);
  }
  if (typeof template !== "object" || template === null) return template;
  const filled = Object.entries(template).map(([name, item]) => [name, fillBody(item, values)] as const);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

/** The turns of a conversation: all, or those `before` the message; with their `ids`, or in `parts` as Vercel's AI SDK writes them down. */
function turnsOf(turns: unknown, more: string): unknown {
  if (!Array.isArray(turns)) return turns;
  const wanted: readonly HistoryTurn[] = more.includes("|before") ? turns.slice(0, -1) : turns;
  if (more.includes("|parts")) {
    return wanted.map(({ id, role, content }) => ({ id, role, parts: [{ type: "text", text: content }] }));
  }
  return more.includes("|ids") ? wanted : wanted.map(({ role, content }) => ({ role, content }));
}

/** An id that is told as a number goes out as one, and a moment in milliseconds; what is no whole number, or too large for one, stays as it is. */
function asNumber(value: unknown): unknown {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value);
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : value;
}

function inText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
