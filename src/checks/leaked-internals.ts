/** What only a developer has use for, and an attacker too. */
const INTERNALS = [
  /\bat .*:\d+:\d+/,
  /Traceback \(most recent call last\)/,
  /\bFile "[^"]+", line \d+/,
  /\b(?:node_modules|site-packages)\b/,
  /<pre>Error/,
];

/** What an answer leaks of the program that gave it, such as a stack trace; undefined where that is nothing. */
export function findLeakedInternals(body: unknown): string | undefined {
  const text = typeof body === "string" ? body : unescaped(body);
  return INTERNALS.map((pattern) => pattern.exec(text)?.[0]).find((match) => match !== undefined);
}

/** JSON as text, its line breaks as such: a stack trace is looked for line by line. */
function unescaped(body: unknown): string {
  return JSON.stringify(body).replaceAll("\\n", "\n").replaceAll('\\"', '"');
}
