/** Tells whether a name is one of these, where `*` stands for any characters; leading underscores do not count. */
export function matcherOf(names: readonly string[]): (name: string) => boolean {
  const pattern = new RegExp(`^${patternOf(names)}$`);
  return (name) => pattern.test(name);
}

/** The same as a part of a regular expression. */
export function patternOf(names: readonly string[]): string {
  const literal = (name: string): string => name.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return `_*(?:${names.map((name) => literal(name).replaceAll("*", "\\w*")).join("|")})`;
}
