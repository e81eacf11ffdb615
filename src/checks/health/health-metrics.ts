import { METRIC_TYPES, METRICS } from "../../contract/metric-names.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { Context } from "../contract-conversations.ts";
import { type Exposition, readExposition } from "./metrics-exposition.ts";
import { type Watched, watchMetrics } from "./watched-replies.ts";

export const metrics = defineCheck<Context["target"], Watched>({
  id: "health/metrics",
  claim: "GET /metrics of the gateway is Prometheus text with every series of the contract",
  why: "What Prometheus cannot read is dropped in silence: the dashboard is empty on the day it is needed.",
  lookAt: "GET /metrics: content type text/plain, one sample a line, histograms with buckets, sum and count",
  needs: ["speak the contract"],
  collect: watchMetrics,
  judge({ metrics: calls }) {
    const broken = firstBroken(calls, judgeOne);
    const { samples } = readExposition(String(calls.at(-1)?.body));
    return (
      broken ?? { verdict: "holds", seen: `samples: ${samples.length}, series of the contract all there` }
    );
  },
});

function judgeOne(call: SeenCall): Broken | undefined {
  const found = faultIn(call);
  if (found === undefined) return undefined;
  return {
    verdict: "broken",
    expected: `200, text/plain, with ${Object.values(METRICS).join(", ")}`,
    found,
    seen: `${call.request} of the gateway`,
  };
}

function faultIn({ status, headers, body }: SeenCall): string | undefined {
  if (status !== 200) return `status ${status}`;
  const type = headers["content-type"] ?? "no content type";
  if (!/^(text\/plain|application\/openmetrics-text)\b/.test(type)) return type;
  const exposition = readExposition(String(body));
  if (exposition.wrong.length > 0) return `a line that is no sample: ${exposition.wrong[0]}`;
  const names = Object.keys(METRICS) as (keyof typeof METRICS)[];
  const missing = names.filter((name) => exposition.types[METRICS[name]] !== METRIC_TYPES[name]);
  if (missing.length > 0) return `without ${missing.map((name) => METRICS[name]).join(", ")}`;
  const crooked = names.find(
    (name) => METRIC_TYPES[name] === "histogram" && !isHistogram(exposition, METRICS[name]),
  );
  return crooked === undefined ? undefined : `a histogram that does not add up: ${METRICS[crooked]}`;
}

/** Buckets that only grow, up to the count of all. */
function isHistogram({ samples }: Exposition, name: string): boolean {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const count = samples.find((sample) => sample.name === `${name}_count`)?.value;
  const values = buckets.map(({ value }) => value);
  const grows = values.every((value, index) => value >= (values[index - 1] ?? 0));
  return grows && count !== undefined && buckets.at(-1)?.labels["le"] === "+Inf" && values.at(-1) === count;
}
