/** The names of an engine's models. */

/** The engine's own name of the model that somebody means; undefined where it has none of that name. */
export function findModel(installed: readonly string[], wanted: string): string | undefined {
  return installed.find((name) => name === wanted) ?? installed.find((name) => isSameModel(name, wanted));
}

/** Ollama compares names without case, and `latest` is the tag of a name without one. */
function isSameModel(a: string, b: string): boolean {
  return withTag(a) === withTag(b);
}

function withTag(name: string): string {
  const plain = name.toLowerCase();
  return plain.includes(":") ? plain : `${plain}:latest`;
}

/** The engine's name for the model that a request names: without the prefix that some clients put before it. */
export function withoutPrefix(asked: string): string {
  return asked.replace(/^ollama\//, "");
}

/**
 * Whether two names may mean one model: without case, `latest` or what a router puts before it, and with what a server
 * puts behind it, such as a date.
 */
export function mayBeOneModel(a: string, b: string): boolean {
  const [one, other] = [plainName(a), plainName(b)];
  const isWithin = (short: string, long: string): boolean =>
    long.endsWith(`/${short}`) || long.startsWith(`${short}-`);
  return one === other || isWithin(one, other) || isWithin(other, one);
}

/** Whether two names are of one model, as far as names go: also where a router puts its own before it. */
export function isSameModelName(a: string, b: string): boolean {
  const isRouted = (long: string, short: string): boolean =>
    long.toLowerCase().endsWith(`/${short.toLowerCase()}`);
  return isSameModel(a, b) || isRouted(a, b) || isRouted(b, a);
}

function plainName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/:latest$/, "");
}
