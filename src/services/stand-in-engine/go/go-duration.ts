/** Go's longest duration, int64 nanoseconds, in milliseconds: what "for ever" is to Ollama (292 years). */
export const LONGEST_MS = 9_223_372_036_854;

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a Go duration such as `5m` or `1h30m`. Throws SyntaxError with Go's own text. */
export function parseGoDuration(text: string): number {
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === "0") return 0;
  if (rest === "") throw new SyntaxError(`time: invalid duration ${JSON.stringify(text)}`);
  let total = 0;
  for (let left = rest; left !== ""; ) {
    const [part, number = "", unit = ""] = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(left) ?? [];
    if (part === undefined) throw new SyntaxError(`time: invalid duration ${JSON.stringify(text)}`);
    total += Number(number) * msPerUnit(unit, text);
    left = left.slice(part.length);
  }
  return Math.min(total, LONGEST_MS) * (sign === "-" ? -1 : 1);
}

function msPerUnit(unit: string, text: string): number {
  const duration = `duration ${JSON.stringify(text)}`;
  if (unit === "") throw new SyntaxError(`time: missing unit in ${duration}`);
  const ms = MS_PER_UNIT[unit];
  if (ms === undefined) throw new SyntaxError(`time: unknown unit ${JSON.stringify(unit)} in ${duration}`);
  return ms;
}
