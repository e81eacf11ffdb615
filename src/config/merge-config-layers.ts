import { type ConfigLayer, type ConfigPlace, type ConfigProblem, isRecord } from "./config-layer.ts";

/** The settings that are in force: those of each layer over those before it, setting by setting. */
export function mergeLayers(
  base: Record<string, unknown>,
  layers: readonly ConfigLayer[],
): Record<string, unknown> {
  return layers.reduce((below, layer) => merge(below, layer.values), base);
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    if (isRecord(below) && isRecord(value)) merged[key] = merge(below, value);
    // What stands where a section belongs is kept, so that it is reported at its own place.
    else if (below === undefined || !isRecord(value)) merged[key] = value;
  }
  return merged;
}

/** Finds the places of settings in what was given. */
export function placesIn(layers: readonly ConfigLayer[]): PlaceOf {
  return (path, part = "value") =>
    layers.map((layer) => layer.whereIs(path, part)).findLast((place) => place !== undefined);
}

/** Where a setting stands, in the last layer that has it. */
export type PlaceOf = (path: readonly PropertyKey[], part?: ConfigProblem["part"]) => ConfigPlace | undefined;

/** Of what stands nowhere, where that is which should hold it. */
export function nearestPlace(
  path: readonly PropertyKey[],
  part: ConfigProblem["part"],
  placeOf: PlaceOf,
): ConfigPlace | undefined {
  return (
    placeOf(path, part) ?? (path.length < 2 ? undefined : nearestPlace(path.slice(0, -1), "name", placeOf))
  );
}

/** Of a value that lacks a variable nothing else is told: nobody knows what it is. */
export function withFaultsOfLayers(
  layers: readonly ConfigLayer[],
  others: readonly ConfigProblem[],
): ConfigProblem[] {
  const problems = layers.flatMap((layer) => layer.problems ?? []);
  const keyOf = ({ path }: ConfigProblem): string => path.map(String).join("\0");
  const told = new Set(problems.map(keyOf));
  return [...problems, ...others.filter((problem) => !told.has(keyOf(problem)))];
}
