/**
 * What values have in common, as readable JSON: the names of the fields and the types of what is in them.
 * A field that some of the values lack has a `?`; where there are several types, all are listed.
 */
export function shapeOf(...samples: unknown[]): unknown {
  const records = samples.filter(isRecord);
  const lists = samples.filter((sample) => Array.isArray(sample));
  const others = samples.filter((sample) => !isRecord(sample) && !Array.isArray(sample));
  const names = [...new Set(others.map((sample) => (sample === null ? "null" : typeof sample)))].sort();
  const shapes = [
    ...(records.length > 0 ? [recordShape(records)] : []),
    ...(lists.length > 0 ? [[shapeOf(...lists.flat())]] : []),
    ...(names.length > 0 ? [names.join(" | ")] : []),
  ];
  if (shapes.length === 0) return "never seen";
  return shapes.length === 1 ? shapes[0] : { "one of": shapes };
}

function recordShape(records: readonly Record<string, unknown>[]): object {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const entries = keys.map((key) => {
    const having = records.filter((record) => key in record);
    const name = having.length < records.length ? `${key}?` : key;
    return [name, shapeOf(...having.map((record) => record[key]))];
  });
  return Object.fromEntries(entries);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
