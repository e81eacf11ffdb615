import { expect, test } from "vitest";
import { combineReplicaStatuses } from "../../src/launch/combine-replica-statuses.ts";
import type { ServiceStatus } from "../../src/launch/service-status.ts";

const copy = (name: string, state: ServiceStatus["state"], restarts = 0): ServiceStatus => ({
  name,
  state,
  kind: "embedded",
  url: "http://127.0.0.1:6120",
  pid: 1,
  started_at: "2026-01-02T00:00:00.000Z",
  usage: { processes: 1, cpu_ms: 10, cpu_share: 0.5, memory_bytes: 100 },
  restarts,
  last_exit: null,
  next_start_at: null,
  detail: null,
});

test("a service that runs once is as it is", () => {
  const only = copy("gateway", "healthy");
  expect(combineReplicaStatuses("gateway", [only])).toBe(only);
});

test("copies that all work are a healthy service, with what they use and were restarted together", () => {
  const copies = [copy("gateway", "healthy", 1), copy("gateway-2", "healthy", 2)];
  expect(combineReplicaStatuses("gateway", copies)).toMatchObject({
    name: "gateway",
    state: "healthy",
    pid: null,
    restarts: 3,
    usage: { processes: 2, cpu_ms: 20, cpu_share: 1, memory_bytes: 200 },
    detail: null,
    copies,
  });
});

test.each([
  [["healthy", "restarting", "healthy"], "degraded", "2 of 3 copies work; gateway-2 is restarting"],
  [
    ["stopped", "healthy", "failed"],
    "degraded",
    "1 of 3 copies works; gateway-1 is stopped, gateway-3 is failed",
  ],
  [["stopped", "stopped"], "stopped", "none of 2 copies work; gateway-1 is stopped, gateway-2 is stopped"],
] as const)("copies that are %j are a service that is %s", (states, state, detail) => {
  const copies = states.map((each, index) => copy(`gateway-${index + 1}`, each));
  expect(combineReplicaStatuses("gateway", copies)).toMatchObject({ state, detail });
});
