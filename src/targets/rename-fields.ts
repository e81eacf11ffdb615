/** Free JSON: names in it are the user's own or the engine's. */
const FREE: ReadonlySet<string> = new Set(["settings", "options"]);

/** A JSON value with the names of its fields changed, at any depth but inside what is free JSON. */
export function renameFields(value: unknown, names: Readonly<Record<string, string>>): unknown {
  return Object.keys(names).length === 0 ? value : renameAll(value, names);
}

function renameAll(value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((item) => renameAll(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      names[name] ?? name,
      FREE.has(name) ? field : renameAll(field, names),
    ]),
  );
}

/** From the backend's names to the contract's. */
export function inverse(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [theirs, ours]));
}
