/** Whether it is what people are shown (`Claude Sonnet 4`) and not what an engine knows: no name of a model has spaces. */
export function isDisplayName(model: string): boolean {
  return /\s/.test(model);
}

/** `3.2 s`, `30 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).replace(/\.0$/, "")} s`;
}

/** The first part of a long text, in one line. */
export function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= MOST_CHARS ? line : `${line.slice(0, MOST_CHARS)}…`;
}

const MOST_CHARS = 200;
