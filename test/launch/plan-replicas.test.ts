import { expect, test } from "vitest";
import type { Asked } from "../../src/launch/ask-supervisor.ts";
import { oneReplicaAtATime, surplusReplicas } from "../../src/launch/plan-replicas.ts";
import type { Intent } from "../../src/launch/service-intent.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";

const asked = (name: string, action: Intent["action"], { service = "gateway", healthy = true } = {}) =>
  ({
    inspection: { name, service, state: { state: "running", healthy } },
    intent: { action, reason: "" },
  }) as unknown as Asked;

const decided = (all: readonly Asked[]) => {
  const { now, later } = oneReplicaAtATime(all);
  return { now: now.map(({ inspection }) => inspection.name), later };
};

test("of copies that are restarted one is restarted now, and the others follow", () => {
  const all = ["gateway", "gateway-2", "gateway-3"].map((name) => asked(name, "restart"));
  expect(decided(all)).toEqual({ now: ["gateway"], later: ["gateway-2", "gateway-3"] });
});

test("services of other names are restarted beside them", () => {
  const all = [
    asked("gateway", "restart"),
    asked("gateway-2", "restart"),
    asked("hmi", "restart", { service: "hmi" }),
  ];
  expect(decided(all)).toEqual({ now: ["gateway", "hmi"], later: ["gateway-2"] });
});

test("what does not answer is restarted first", () => {
  const all = [asked("gateway", "restart"), asked("gateway-2", "restart", { healthy: false })];
  expect(decided(all)).toEqual({ now: ["gateway-2"], later: ["gateway"] });
});

test("while a copy is being started, none is restarted", () => {
  const all = [asked("gateway", "restart"), asked("gateway-2", "start")];
  expect(decided(all)).toEqual({ now: ["gateway-2"], later: ["gateway"] });
});

test("what is left as it is is no matter of turns", () => {
  const all = [asked("gateway", "leave"), asked("gateway-2", "leave"), asked("gateway-3", "restart")];
  expect(decided(all)).toEqual({ now: ["gateway", "gateway-2", "gateway-3"], later: [] });
});

const record = (name: string, labels: Record<string, string> = {}) =>
  ({ name, labels }) as unknown as ServiceRecord;
const configured = ["gateway", "gateway-2"].map((name) => ({ name, service: "gateway" }));

test("surplus are copies that are not configured any more, whether they run or were given up", () => {
  const there = record("gateway-3", { copy_of: "gateway" });
  const { names, records } = surplusReplicas(configured, configured, {
    records: [record("gateway"), record("gateway-2", { copy_of: "gateway" }), there],
    wanted: ["gateway", "gateway-3", "gateway-4"],
  });
  expect(names).toEqual(new Set(["gateway-3", "gateway-4"]));
  expect(records).toEqual([there]);
});

test("a service that only has such a name is none of them, nor is a copy of a service that is not meant", () => {
  const { names, records } = surplusReplicas(configured, configured, {
    records: [record("gateway-9"), record("hmi-2", { copy_of: "hmi" })],
    wanted: ["gateway-9", "hmi-2"],
  });
  expect([...names, ...records]).toEqual([]);
});
