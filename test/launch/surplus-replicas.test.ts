import { expect, test } from "vitest";
import { surplusReplicas } from "../../src/launch/surplus-replicas.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";

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
