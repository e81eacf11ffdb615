import type { DependencyHealth, Health } from "../src/contract/common-schemas.ts";

/** One service of the stack, as the page knows it. */
export interface CheckedService {
  readonly name: string;
  /** `unknown` where whoever would tell does not answer. */
  readonly status: "up" | "down" | "unknown";
  /** What its neighbour says is wrong with it. */
  readonly error?: string | undefined;
  /** How long its neighbour waited for its word, in milliseconds. */
  readonly latencyMs?: number;
  /** What it is, where it says so: "Ollama 0.13.0". */
  readonly version?: string;
}

/** What is wrong with a service, and what to do. */
export interface ServiceTrouble {
  readonly message: string;
  readonly hint: string;
}

/** The services after the HMI was asked for its health; undefined where it did not answer. */
export function checkedServices(
  before: readonly CheckedService[],
  health: Health | undefined,
): readonly CheckedService[] {
  if (health === undefined) {
    const others = before.filter(({ name }) => name !== "hmi");
    return [
      { name: "hmi", status: "down" },
      ...others.map(({ name }) => ({ name, status: "unknown" }) as const),
    ];
  }
  const needed = Object.entries(health.dependencies).map(([name, dependency]) => toService(name, dependency));
  return [{ name: "hmi", status: "up", version: health.version }, ...needed];
}

/** True where a service is known not to work. */
export function hasServiceDown(services: readonly CheckedService[]): boolean {
  return services.some(({ status }) => status === "down");
}

/** The services to show a light for. The conversations' store has one only while it is down. */
export function shownServices(services: readonly CheckedService[]): readonly CheckedService[] {
  return services.filter(({ name, status }) => name !== "store" || status === "down");
}

/** How a service is, in one word or two. */
export const SERVICE_WORDS = { up: "works", down: "does not answer", unknown: "unknown" } as const;

/** A service's name, for people. */
export function serviceLabel(name: string): string {
  return LABELS[name] ?? name;
}

/** How a service is, with what is worth telling of it; where it does not work, what its neighbour says of it. */
export function serviceText({ status, error, latencyMs, version }: CheckedService): string {
  if (error !== undefined) return error;
  const parts = [
    SERVICE_WORDS[status],
    latencyMs !== undefined && `answers in ${Math.round(latencyMs)} ms`,
    version,
  ];
  return parts.filter(Boolean).join(", ");
}

/** The first thing to mend; null where everything works. Without the HMI, nothing else can be told. */
export function serviceTrouble(services: readonly CheckedService[]): ServiceTrouble | null {
  const down = services.find(({ status }) => status === "down");
  return down === undefined ? null : (TROUBLES[down.name] ?? unnamedTrouble(down.name));
}

const LABELS: Readonly<Record<string, string>> = {
  hmi: "HMI",
  gateway: "Gateway",
  engine: "Engine",
  store: "Conversations",
};

const TROUBLES: Readonly<Record<string, ServiceTrouble>> = {
  hmi: {
    message: "The HMI does not answer.",
    hint: "Start it with `stack up`. This page goes on by itself.",
  },
  gateway: {
    message: "The gateway does not answer, so no message can be answered.",
    hint: "Start it with `stack up`. This page goes on by itself.",
  },
  engine: {
    message: "The engine does not answer, so no message can be answered.",
    hint: "Start it, or run `stack up`. This page goes on by itself.",
  },
  store: {
    message: "The HMI cannot reach its conversations.",
    hint: "Its log says why. This page goes on by itself.",
  },
};

function unnamedTrouble(name: string): ServiceTrouble {
  return { message: `${name} does not answer.`, hint: "`stack status` says what is wrong." };
}

function toService(
  name: string,
  { status, error, latency_ms, version, kind }: DependencyHealth,
): CheckedService {
  const known =
    kind === "stand-in" ? "scripted answers" : [kind && KINDS[kind], version].filter(Boolean).join(" ");
  return {
    name,
    status: status === "ok" ? "up" : "down",
    error,
    ...(latency_ms !== null && { latencyMs: latency_ms }),
    ...(known !== "" && { version: known }),
  };
}

const KINDS = { ollama: "Ollama", openai: "OpenAI's wire" } as const;
