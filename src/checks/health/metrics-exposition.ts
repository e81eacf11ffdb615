/** One sample of a Prometheus text. */
export interface MetricSample {
  /** `stack_gateway_tokens_total`, without its labels. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a Prometheus text says. */
export interface Exposition {
  readonly samples: readonly MetricSample[];
  /** By the metric's name: `counter`, `gauge`, `histogram`. */
  readonly types: Readonly<Record<string, string>>;
  /** Lines that Prometheus would refuse. */
  readonly wrong: readonly string[];
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/.source;
const SAMPLE = new RegExp(String.raw`^(?<name>${NAME})(?:\{(?<labels>.*)\})? (?<value>\S+)(?: -?\d+)?$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?/g;
const TYPE = new RegExp(String.raw`^# TYPE (?<name>${NAME}) (?<type>\w+)$`);

/** Reads the text format of Prometheus, version 0.0.4. */
export function readExposition(text: string): Exposition {
  const samples: MetricSample[] = [];
  const types: Record<string, string> = {};
  const wrong: string[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    if (line.startsWith("#")) {
      const { name, type } = TYPE.exec(line)?.groups ?? {};
      if (name !== undefined && type !== undefined) types[name] = type;
      continue;
    }
    const { name = "", labels = "", value = "" } = SAMPLE.exec(line)?.groups ?? {};
    const number = numberFrom(value);
    if (name === "" || number === undefined) wrong.push(line);
    else samples.push({ name, labels: labelsFrom(labels), value: number });
  }
  return { samples, types, wrong };
}

/** The sum of a metric's samples over all labels; 0 where it has none yet. */
export function sumOf({ samples }: Exposition, name: string): number {
  return samples.filter((sample) => sample.name === name).reduce((sum, { value }) => sum + value, 0);
}

function labelsFrom(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name = "", value = ""]) => [name, value]));
}

function numberFrom(text: string): number | undefined {
  const plain = text.replace(/^([+-]?)Inf$/, "$1Infinity");
  const number = Number(plain);
  return plain !== "" && (plain === "NaN" || !Number.isNaN(number)) ? number : undefined;
}
