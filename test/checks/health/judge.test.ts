import { expect, test } from "vitest";
import { activeStreams } from "../../../src/checks/health/active-streams.ts";
import { metrics } from "../../../src/checks/health/health-metrics.ts";
import { probes } from "../../../src/checks/health/health-probes.ts";
import { quick } from "../../../src/checks/health/health-quick.ts";
import { report } from "../../../src/checks/health/health-report.ts";
import { truth } from "../../../src/checks/health/health-truth.ts";
import { metricsCount } from "../../../src/checks/health/metrics-count.ts";
import type { ContractService, HealthLook, Watched } from "../../../src/checks/health/watched-replies.ts";
import type { DependencyHealth, Health } from "../../../src/contract/common-schemas.ts";
import { METRIC_TYPES, METRICS } from "../../../src/contract/metric-names.ts";
import { REPLICA_ID_HEADER } from "../../../src/contract/replica-headers.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import type { SeenCall } from "../../../src/targets/http-client.ts";
import { judge } from "../model-conversation/evidence.ts";

const PORTS = { hmi: 6101, gateway: 6120 };
const OK: DependencyHealth = { status: "ok", latency_ms: 1, version: "1" };

function health(service: ContractService, changes: Partial<Health> = {}): Health {
  const dependencies = service === "hmi" ? { gateway: OK, store: OK } : { engine: OK };
  return {
    status: "ok",
    service,
    version: "1",
    pid: 1,
    port: PORTS[service],
    uptime_s: 1,
    timestamp: "2026-01-01T00:00:00.000Z",
    active_streams: 0,
    dependencies,
    ...changes,
  };
}

function answered(body: unknown, changes: Partial<SeenCall> = {}): SeenCall {
  return {
    kind: "call",
    request: "GET /health",
    sent_at: "2026-01-01T00:00:00.000Z",
    status: 200,
    headers: {},
    body,
    duration_ms: 1,
    ...changes,
  };
}

/** Both services, asked at this moment. */
function looks(asked_ms: number, changes: Partial<Health> = {}): HealthLook[] {
  const answered_ms = asked_ms + 2;
  return (["hmi", "gateway"] as const).map((service) => {
    return { service, asked_ms, answered_ms, call: answered(health(service, changes)) };
  });
}

const LATER = { timestamp: "2026-01-01T00:00:01.000Z", uptime_s: 2 };

/** The metrics of a gateway that has written this many replies. */
function exposition(count: number): SeenCall {
  const names = Object.keys(METRICS) as (keyof typeof METRICS)[];
  const lines = names.flatMap((name) => {
    const full = METRICS[name];
    const type = `# TYPE ${full} ${METRIC_TYPES[name]}`;
    if (METRIC_TYPES[name] !== "histogram") return [type, `${full} ${count}`];
    const buckets = ["0.5", "+Inf"].map((le) => `${full}_bucket{le="${le}"} ${count}`);
    return [type, ...buckets, `${full}_sum 0.1`, `${full}_count ${count}`];
  });
  return answered(`${lines.join("\n")}\n`, { headers: { "content-type": "text/plain; version=0.0.4" } });
}

function watched(changes: Partial<Watched> = {}): Watched {
  const reply = {
    what: "a reply streams",
    began_ms: 10,
    ended_ms: 110,
    lastWord: "done (stop)",
    generations: null,
    looks: looks(20, { active_streams: 1 }),
  } as const;
  return {
    before: looks(0),
    replies: [reply],
    after: looks(120, LATER),
    metrics: [exposition(0), exposition(1)],
    heldUpMs: 5,
    limitMs: 75,
    ...changes,
  };
}

const replyWith = (seen: HealthLook[], lastWord = "done (stop)"): Pick<Watched, "replies"> => ({
  replies: watched().replies.map((reply) => ({ ...reply, looks: seen, lastWord })),
});

test.each([report, activeStreams, metrics, metricsCount, quick])("$id holds of a sound stack", (check) => {
  expect(judge(check, watched())).toMatchObject({ verdict: "holds" });
});

test.each([
  ["fields are missing", { before: [{ ...looks(0)[0], call: answered({ status: "ok" }) }] }],
  ["it is degraded", { before: looks(0, { status: "degraded" }) }],
  ["a dependency is not told of", { before: looks(0, { dependencies: {} }) }],
  [
    "it is not answered 200",
    { before: [{ ...looks(0)[0], call: answered(health("hmi"), { status: 503 }) }] },
  ],
])("report is broken where %s", (_, changes) => {
  expect(judge(report, watched(changes as Partial<Watched>))).toMatchObject({ verdict: "broken" });
});

test.each([
  ["holds", "is so", {}],
  ["holds", "cannot be compared", { ports: { hmi: null, gateway: null }, engineVersion: null }],
  ["broken", "names no port", { watched: watched({ before: withoutPort(looks(0)) }) }],
  ["broken", "names another engine", { engineVersion: "2" }],
  ["broken", "comes from a cache", { watched: watched({ after: looks(120) }) }],
])("truth: %s where the report %s", (verdict, _, changes) => {
  const evidence = { watched: watched(), ports: PORTS, engineVersion: "1", ...changes };
  expect(judge(truth, evidence)).toMatchObject({ verdict });
});

function withoutPort(seen: readonly HealthLook[]): HealthLook[] {
  return seen.map((look) => ({
    ...look,
    call: answered({ ...(look.call.body as Health), port: undefined }),
  }));
}

test("truth: a port that is mapped to another one is not compared, and that is told", () => {
  const evidence = { watched: watched(), ports: { ...PORTS, hmi: 8101 }, engineVersion: "1" };
  const seen = expect.stringMatching(
    /^compared: (?!.*the hmi's port, the).*the gateway's port.*; not compared: the hmi's port, for it says 6101 and was asked at 8101/,
  );
  expect(judge(truth, evidence)).toMatchObject({ verdict: "holds", seen });
});

/** The same, answered by a copy of this name. */
function byReplica(name: string, seen: readonly HealthLook[]): HealthLook[] {
  return seen.map((look) => {
    const headers = { ...look.call.headers, [REPLICA_ID_HEADER]: name };
    return { ...look, call: { ...look.call, headers } };
  });
}

/** Two copies behind one address, each with clock and counter of its own; the second is met in the midst, and last. */
const TWO_REPLICAS: Partial<Watched> = {
  before: byReplica("one", looks(0, { uptime_s: 70 })),
  ...replyWith([
    ...byReplica("one", looks(20, { ...LATER, uptime_s: 71 })),
    ...byReplica("two", looks(40, { ...LATER, uptime_s: 5 })),
  ]),
  after: byReplica("two", looks(120, { ...LATER, uptime_s: 6 })),
};

test("of copies behind one address each is compared with itself alone", () => {
  const evidence = {
    watched: watched(TWO_REPLICAS),
    ports: { hmi: null, gateway: null },
    engineVersion: "1",
  };
  expect(judge(truth, evidence)).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("time passes"),
  });
});

test.each([activeStreams, metricsCount])("$id is not told where several copies answer", (check) => {
  expect(() => judge(check, watched(TWO_REPLICAS))).toThrow(NotObservable);
});

/** Looks while the reply streams, one after the other. */
const looksWhile = (active_streams: number): HealthLook[] =>
  [20, 40, 60].flatMap((at) => looks(at, { active_streams }));

test.each([
  ["does not rise", replyWith(looksWhile(0))],
  ["rises by two", replyWith(looksWhile(2))],
  ["does not fall", { after: looks(120, { active_streams: 1 }) }],
])("active-streams is broken where it %s", (_, changes) => {
  expect(judge(activeStreams, watched(changes))).toMatchObject({ verdict: "broken" });
});

test("active-streams has no verdict where a single look may have missed the reply", () => {
  expect(() => judge(activeStreams, watched(replyWith(looks(20))))).toThrow(CouldNotRun);
});

test.each([
  ["holds", answered({ status: "ok" })],
  ["broken", answered({}, { status: 404 })],
])("probes: %s", (verdict, call) => {
  expect(judge(probes, [{ service: "gateway", call }])).toMatchObject({ verdict });
});

test.each([
  ["they are missing", answered("not found", { status: 404 })],
  ["they are JSON", answered({ streams: 1 }, { headers: { "content-type": "application/json" } })],
  ["a series is missing", exposition(0), METRICS.tokens],
  ["a line is no sample", exposition(0), `${METRICS.tokens} 0`, "tokens: none"],
  [
    "a histogram does not add up",
    exposition(1),
    `${METRICS.firstToken}_count 1`,
    `${METRICS.firstToken}_count 2`,
  ],
])("metrics is broken where %s", (_, call, from = "", to = "other") => {
  const body = typeof call.body === "string" ? call.body.replaceAll(from, from === "" ? "" : to) : call.body;
  expect(judge(metrics, watched({ metrics: [{ ...call, body }] }))).toMatchObject({ verdict: "broken" });
});

test("metrics-count is broken where a reply is not counted", () => {
  expect(judge(metricsCount, watched({ metrics: [exposition(3), exposition(3)] }))).toMatchObject({
    verdict: "broken",
  });
});

const late = (asked_ms: number): HealthLook[] =>
  looks(asked_ms).map((look) => ({ ...look, answered_ms: 111 }));

test("quick is broken where an answer waits for the reply's end", () => {
  expect(judge(quick, watched(replyWith(late(20))))).toMatchObject({ verdict: "broken" });
});

test.each([
  ["nobody asked meanwhile", replyWith([])],
  ["nobody asked in time", replyWith(late(105))],
])("quick is not told of a reply that was too short where %s", (_, changes) => {
  expect(() => judge(quick, watched(changes))).toThrow(NotObservable);
});

test.each([
  ["this process was held up", quick, { ...replyWith(late(20)), heldUpMs: 80 }],
  ["the reply failed", activeStreams, replyWith(looks(20), "done (error)")],
  ["the reply failed, for the counters", metricsCount, replyWith(looks(20), "cut")],
])("no verdict where %s", (_, check, changes) => {
  expect(() => judge(check, watched(changes))).toThrow(CouldNotRun);
});
