import type { JsonPattern } from "./service-spec.ts";

/** The first place where JSON is not as a pattern asks: `status is "loading" and not "ok"`. Undefined where it is. */
export function mismatchOf(value: unknown, pattern: JsonPattern, place = "it"): string | undefined {
  if (pattern === "*")
    return value === null || value === undefined ? `${place} is ${show(value)}` : undefined;
  if (typeof pattern !== "object" || pattern === null)
    return value === pattern ? undefined : `${place} is ${show(value)} and not ${show(pattern)}`;
  if (isList(pattern)) {
    if (!Array.isArray(value) || value.length !== pattern.length)
      return `${place} is not a list of ${pattern.length}`;
    return first(pattern, (each, index) => mismatchOf(value[index], each, inside(place, String(index))));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `${place} is no object`;
  return first(Object.entries(pattern), ([name, each]) =>
    mismatchOf(
      Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined,
      each,
      inside(place, name),
    ),
  );
}

function isList(pattern: JsonPattern): pattern is readonly JsonPattern[] {
  return Array.isArray(pattern);
}

function first<T>(items: readonly T[], look: (item: T, index: number) => string | undefined) {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inside(place: string, name: string): string {
  return place === "it" ? name : `${place}.${name}`;
}

const MOST_CHARS = 60;

function show(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text;
}
