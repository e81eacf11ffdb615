/** What a trace's drawings say in words and figures, in the terminal and on a page. */
import { duration, quotedText } from "./finding-words.ts";
import { isWholePass, quickestPass } from "./hop-passes.ts";
import type { HopObservation, HopPass, TraceReport } from "./trace-report.ts";

/** The pass that stands for a hop: one in which something was wrong, else the quickest. */
export function shownPass(hop: HopObservation): HopPass | undefined {
  return hop.passes.find((pass) => !isWholePass(pass)) ?? quickestPass(hop) ?? hop.passes.at(-1);
}

/** What was asked of whom. */
export function headline({ message, hops }: TraceReport): string {
  const passes = Math.max(0, ...hops.map((hop) => hop.passes.length));
  const times = passes > 1 ? `; of ${passes} times the quickest is drawn` : "";
  return `${quotedText(message)} asked of each hop${modelWords(hops)}${times}`;
}

/** Which model: one for all, or what each was asked for. */
function modelWords(hops: readonly HopObservation[]): string {
  const asked = hops.filter(({ model, names_model }) => model !== null && names_model);
  const [first] = asked;
  if (first?.model == null) return "";
  if (asked.every(({ model }) => model === first.model)) return `, model ${first.model}`;
  return `, each for a model that it lists: ${asked.map(({ hop, model }) => `${hop} ${model}`).join(", ")}`;
}

/** Why the first answer may be trusted. */
export function warmUpWords({ took_ms, load_ms }: NonNullable<TraceReport["warm_up"]>): string {
  const load = load_ms === null || load_ms < 1 ? "" : `, ${duration(load_ms)} of it to load the model`;
  return `Before that, one short request, so that nobody is blamed for a model that loads: ${duration(took_ms)}${load}.`;
}

/** One row a figure, its name first, one column a hop. */
export function figureTable({ hops }: TraceReport): {
  columns: readonly string[];
  rows: readonly string[][];
} {
  const row = (name: string, value: (pass: HopPass) => string | null): string[] => [
    name,
    ...hops.map((hop) => {
      const pass = shownPass(hop);
      return pass === undefined || pass.status === null ? "–" : (value(pass) ?? "not told");
    }),
  ];
  const ms = (value: number | null): string | null => (value === null ? null : duration(value));
  const rows = [
    row("first byte", ({ first_byte_ms }) => ms(first_byte_ms)),
    row("first token", ({ first_token_ms }) => ms(first_token_ms)),
    row("longest gap", ({ longest_gap: gap }) => (gap === null ? "none" : duration(gap.to_ms - gap.from_ms))),
    row("end", endWords),
    row("text", ({ text }) => `${text.length} chars`),
    row("tokens", ({ usage }) =>
      usage === null ? null : `${usage.prompt_tokens ?? "?"} + ${usage.completion_tokens ?? "?"}`,
    ),
    row("model", ({ model }) => model?.slice(0, LONGEST_MODEL) ?? null),
  ];
  return { columns: hops.map(({ hop }) => hop), rows };
}

const LONGEST_MODEL = 24;

function endWords({ ended_ms, end, finish_reason, failure, problem }: HopPass): string {
  const when = ended_ms === null ? "" : `${duration(ended_ms)}, `;
  if (problem !== null) return "no stream";
  if (failure !== null) return `${when}failed`;
  return `${when}${end === "done" ? (finish_reason ?? "done") : (end ?? "never").replace("_", " ")}`;
}
