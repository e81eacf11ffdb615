/** ` (in 1 of 2 passes)`; nothing where it was in all of them. */
export function inSomePasses(bad: number, all: number): string {
  return bad === all ? "" : ` (in ${bad} of ${all} passes)`;
}

/** A sentence of it. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `3.2 ms`, `214 ms`, `1.25 s`. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${Number((ms / 1000).toFixed(2))} s`;
  if (ms < 1) return "under 1 ms";
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}

/** Words of others in a sentence of ours, in one line and not too many. */
export function quotedText(text: string, most = 60): string {
  const line = text.replace(/\s+/g, " ").trim();
  return `"${line.length > most ? `${line.slice(0, most)}…` : line}"`;
}
