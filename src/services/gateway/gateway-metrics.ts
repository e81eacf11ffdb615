import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { FinishReason, StreamEvent } from "../../contract/event-schemas.ts";
import { METRICS } from "../../contract/metric-names.ts";

/** What a gateway counts and times, for Prometheus. */
export interface GatewayMetrics {
  /** A stream begins. */
  start(): StreamMeter;
  /** All of it, as the text that Prometheus reads. */
  expose(): Promise<string>;
  /** The content type of that text. */
  readonly contentType: string;
}

/** Measures one stream. */
export interface StreamMeter {
  /** Told of the events that were written together, all of them from the first token or thought to `done`. */
  saw(events: readonly StreamEvent[]): void;
}

/** In seconds. What the service targets name (contract, section 6) is among the bounds, to be read off exactly. */
const FIRST_TOKEN_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10];
const INTER_TOKEN_BUCKETS = [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const REASONS: readonly FinishReason[] = ["stop", "length", "cancelled", "error"];

/** The metrics of one gateway, in a registry of their own: several gateways may run in one process. */
export async function createMetrics(): Promise<GatewayMetrics> {
  // Only a gateway loads it; the HMI's process, which has the same bundle, is spared the 6 ms.
  const { default: prometheus } = await import("prom-client");
  const registry = new prometheus.Registry();
  const series = createSeries(prometheus, registry);
  addProcess(prometheus, registry);
  return {
    start: () => new Meter(series),
    expose: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

type Prometheus = typeof import("prom-client");

interface Series {
  readonly started: Counter;
  readonly finished: Counter<"reason">;
  readonly active: Gauge;
  readonly tokens: Counter;
  readonly firstToken: Histogram;
  readonly interToken: Histogram;
  readonly upstreamErrors: Counter<"code">;
}

function createSeries({ Counter, Gauge, Histogram }: Prometheus, registry: Registry): Series {
  const metric = (name: string, help: string) => ({ name, help, registers: [registry] });
  const series = {
    started: new Counter(metric(METRICS.started, "Streams that began, one a reply.")),
    finished: new Counter({
      ...metric(METRICS.finished, "Streams that ended, by the finish_reason of their done event."),
      labelNames: ["reason"] as const,
    }),
    active: new Gauge(metric(METRICS.active, "Streams that run.")),
    tokens: new Counter(metric(METRICS.tokens, "Token events: pieces of replies as the engine sent them.")),
    firstToken: new Histogram({
      ...metric(METRICS.firstToken, "From the request to its first token, or thought."),
      buckets: FIRST_TOKEN_BUCKETS,
    }),
    interToken: new Histogram({
      ...metric(METRICS.interToken, "From one token to the next; those that came together count as one."),
      buckets: INTER_TOKEN_BUCKETS,
    }),
    upstreamErrors: new Counter({
      ...metric(METRICS.upstreamErrors, "Streams that failed because of the engine, by error code."),
      labelNames: ["code"] as const,
    }),
  };
  // A series that begins with its first event has no rate to show it by.
  for (const reason of REASONS) series.finished.inc({ reason }, 0);
  return series;
}

/**
 * The process, by the names that every Prometheus client uses, read when it is asked for. prom-client's own
 * default metrics would wake an idle process a hundred times a second, and cannot be switched off again.
 */
function addProcess({ Counter, Gauge }: Prometheus, registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: "process_cpu_seconds_total",
    help: "User and system CPU time of the process.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  const startTime = { name: "process_start_time_seconds", help: "When the process started, in Unix time." };
  new Gauge({ ...startTime, registers }).set(performance.timeOrigin / 1000);
}

class Meter implements StreamMeter {
  readonly #series: Series;
  readonly #start = performance.now();
  /** When the last tokens came. */
  #last: number | undefined;

  constructor(series: Series) {
    this.#series = series;
    series.started.inc();
    series.active.inc();
  }

  saw(events: readonly StreamEvent[]): void {
    const { finished, active, upstreamErrors } = this.#series;
    let tokens = 0;
    let thoughts = 0;
    for (const event of events) {
      if (event.type === "token") tokens += 1;
      if (event.type === "thinking") thoughts += 1;
      // A fault of the gateway itself is no error of the engine.
      if (event.type === "error" && event.code !== "internal_error") upstreamErrors.inc({ code: event.code });
      if (event.type === "done") {
        finished.inc({ reason: event.finish_reason });
        active.dec();
      }
    }
    if (tokens > 0) this.#series.tokens.inc(tokens);
    if (tokens + thoughts > 0) this.#sawText();
  }

  /** One look at the clock, however many came together. A thought is a token of the model's, too. */
  #sawText(): void {
    const { firstToken, interToken } = this.#series;
    const now = performance.now();
    if (this.#last === undefined) firstToken.observe((now - this.#start) / 1000);
    else interToken.observe((now - this.#last) / 1000);
    this.#last = now;
  }
}
