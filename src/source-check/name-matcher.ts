/** Tells whether a name is one of these, where `*` stands for any characters; leading underscores do not count. */
export function matcherOf(names: readonly string[]): (name: string) => boolean {
  const matchers = names.map(matchesWildcards);
  const wanted = Math.max(0, ...names.map((name) => name.split("_").length - 1));
  return (name) => endingsOf(name, wanted).some((each) => matchers.some((matches) => matches(each)));
}

/** The name without its leading underscores, and with this many of them at most. */
function endingsOf(name: string, most: number): string[] {
  const bare = name.replace(/^_+/, "");
  const leading = Math.min(name.length - bare.length, most);
  return Array.from({ length: leading + 1 }, (_, count) => "_".repeat(count) + bare);
}

/** By the first place of each part, which is never wrong: a regular expression would try all of them. */
function matchesWildcards(pattern: string): (name: string) => boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  return (name) => {
    if (end === undefined) return name === start;
    const last = name.length - end.length;
    if (last < start.length || !name.startsWith(start) || !name.endsWith(end)) return false;
    let from = start.length;
    for (const part of parts) {
      const found = name.indexOf(part, from);
      if (found === -1 || found + part.length > last) return false;
      from = found + part.length;
    }
    return true;
  };
}
