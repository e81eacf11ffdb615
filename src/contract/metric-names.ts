/** The gateway's series for Prometheus (contract, section 2), each by its name. */
export const METRICS = {
  /** Counter: streams that began. */
  started: "stack_gateway_streams_started_total",
  /** Counter with the label `reason`: streams that ended, by their `finish_reason`. */
  finished: "stack_gateway_streams_finished_total",
  /** Gauge: streams that run. */
  active: "stack_gateway_active_streams",
  /** Counter: token events. */
  tokens: "stack_gateway_tokens_total",
  /** Histogram: from the request to its first token. */
  firstToken: "stack_gateway_time_to_first_token_seconds",
  /** Histogram: from one token to the next. */
  interToken: "stack_gateway_inter_token_seconds",
  /** Counter with the label `code`: streams that failed because of the engine. */
  upstreamErrors: "stack_gateway_upstream_errors_total",
} as const;

/** How Prometheus takes each of them. */
export const METRIC_TYPES: Readonly<Record<keyof typeof METRICS, "counter" | "gauge" | "histogram">> = {
  started: "counter",
  finished: "counter",
  active: "gauge",
  tokens: "counter",
  firstToken: "histogram",
  interToken: "histogram",
  upstreamErrors: "counter",
};
