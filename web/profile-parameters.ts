import type { ProfileSettings } from "../src/contract/profile-schemas.ts";

/** A setting of a profile that has a field of its own. */
export interface Parameter {
  /** The engine's own name of it. */
  readonly name: string;
  /** Whether it is one of the engine's `options`, or stands beside them. */
  readonly place: "options" | "settings";
  readonly label: string;
  readonly hint: string;
  /** What Ollama takes where neither this nor the model itself says anything; shown in the empty field. */
  readonly standard: string;
  /** What is written, as the engine takes it; undefined where that is not right. */
  readonly parse: (text: string) => number | string | boolean | undefined;
  /** What is right, for whoever wrote something else. */
  readonly rule: string;
  /** Where there are only these to choose from; the first is what is taken where nothing is chosen. */
  readonly choices?: readonly (readonly [value: string, label: string])[];
}

/** Texts of fields, by the parameter's name; what is left out is empty. */
export type ParameterTexts = Readonly<Record<string, string>>;

function numberIn(min: number, max: number, isWhole: boolean): Pick<Parameter, "parse" | "rule"> {
  const kind = isWhole ? "a whole number" : "a number";
  const range = max === Number.POSITIVE_INFINITY ? `of at least ${min}` : `from ${min} to ${max}`;
  return {
    rule: `This must be ${kind} ${range}.`,
    parse: (text) => {
      const value = Number(text);
      const isRight = value >= min && value <= max && (!isWhole || Number.isInteger(value));
      return isRight ? value : undefined;
    },
  };
}

const { POSITIVE_INFINITY: ANY } = Number;

export const PARAMETERS: readonly Parameter[] = [
  {
    ...{ name: "temperature", place: "options", label: "Temperature", standard: "0.8" },
    ...numberIn(0, 10, false),
    hint: "Lower is more predictable, higher more varied.",
  },
  {
    ...{ name: "top_p", place: "options", label: "Top P", standard: "0.9" },
    ...numberIn(0, 1, false),
    hint: "Only the likeliest words that together have this share are considered.",
  },
  {
    ...{
      name: "num_ctx",
      place: "options",
      label: "Context window (num_ctx)",
      standard: "as the engine loads it",
    },
    ...numberIn(1, ANY, true),
    hint: "Tokens of prompt and reply together. A larger one takes more memory.",
  },
  {
    ...{
      name: "num_predict",
      place: "options",
      label: "Longest reply (num_predict)",
      standard: "-1, no limit",
    },
    ...numberIn(-2, ANY, true),
    hint: "Tokens; thoughts count.",
  },
  {
    ...{ name: "seed", place: "options", label: "Seed", standard: "random" },
    ...numberIn(0, ANY, true),
    hint: "With the same seed, the same prompt gets the same reply.",
  },
  {
    ...{ name: "keep_alive", place: "settings", label: "Keep loaded (keep_alive)", standard: "5m" },
    hint: "How long the model stays in memory after a reply; -1 for ever.",
    rule: "This must be a duration such as 5m, or a number of seconds.",
    parse: (text) => {
      if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
      return /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text) ? text : undefined;
    },
  },
  {
    ...{ name: "think", place: "settings", label: "Thinking", standard: "" },
    hint: "For models that can think.",
    rule: "This must be one of the choices.",
    parse: (text) => (text === "true" || text === "false" ? text === "true" : text),
    choices: [
      ["", "As the model does"],
      ["true", "On"],
      ["false", "Off"],
      ["low", "Low"],
      ["medium", "Medium"],
      ["high", "High"],
    ],
  },
];

/** The texts of the fields, and what of the settings has none. */
export function splitSettings(settings: ProfileSettings): { texts: ParameterTexts; others: ProfileSettings } {
  const options = { ...settings.options };
  const beside: Record<string, unknown> = { ...settings };
  const texts: Record<string, string> = {};
  for (const { name, place, parse } of PARAMETERS) {
    const from = place === "options" ? options : beside;
    const value = from[name];
    // What the field would not give back stays where it can be seen as it is.
    if (value === undefined || parse(String(value)) !== value) continue;
    texts[name] = String(value);
    delete from[name];
  }
  delete beside["options"];
  const others = Object.keys(options).length === 0 ? beside : { ...beside, options };
  return { texts, others };
}

/** Settings with what is in the fields; `errors` by the name of the parameter. */
export function joinSettings(
  others: ProfileSettings,
  texts: ParameterTexts,
): { settings: ProfileSettings; errors: ParameterTexts } {
  const options: Record<string, unknown> = { ...others.options };
  const beside: Record<string, unknown> = { ...others };
  const errors: Record<string, string> = {};
  for (const { name, place, parse, rule } of PARAMETERS) {
    const text = (texts[name] ?? "").trim();
    if (text === "") continue;
    const value = parse(text);
    if (value === undefined) errors[name] = rule;
    else (place === "options" ? options : beside)[name] = value;
  }
  const settings = Object.keys(options).length === 0 ? beside : { ...beside, options };
  return { settings: settings as ProfileSettings, errors };
}
