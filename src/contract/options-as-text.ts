import type { EngineOptions } from "./gateway-schemas.ts";

/**
 * Options for the engine stand-in as a line of what is said: so it can be directed behind a backend that hands
 * on a message's text, and drops its options. To any other engine it is a line that means nothing.
 */
export function optionsAsText(options: EngineOptions): string {
  return `${MARK}${JSON.stringify(options)}`;
}

/** The options that lines of this text give; of one that comes several times, the last. Throws a SyntaxError. */
export function optionsInText(text: string): EngineOptions {
  const lines = text.split("\n").filter((line) => line.startsWith(MARK));
  return Object.assign({}, ...lines.map((line) => parse(line.slice(MARK.length))));
}

/** This text without such lines. */
export function withoutOptions(text: string): string {
  const lines = text.split("\n").filter((line) => !line.startsWith(MARK));
  return lines.join("\n");
}

const MARK = "stand_in_options: ";

function parse(text: string): EngineOptions {
  const value = objectIn(text);
  if (value !== undefined) return value;
  throw new SyntaxError(`${MARK}must be followed by a JSON object on the same line`);
}

function objectIn(text: string): EngineOptions | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
