import { expect, test } from "vitest";
import type { DesiredState } from "../../../src/supervisor/daemon/desired-state.ts";
import { areReady, findObstacle, neededGroups } from "../../../src/supervisor/daemon/ready-dependencies.ts";
import type { ServiceStateStore } from "../../../src/supervisor/daemon/service-state-store.ts";
import type { ServiceReport } from "../../../src/supervisor/supervisor-protocol.ts";

const NEEDED = neededGroups(
  ["db", "gateway", "gateway-2"],
  new Map([
    ["gateway", "gateway"],
    ["gateway-2", "gateway"],
  ]),
);

/** As much of a states as is asked: each in the phase that its name has here. */
const states = (phases: Record<string, ServiceReport["phase"]>) =>
  ({
    isIn: (name: string, ...any: ServiceReport["phase"][]) => any.includes(phases[name] ?? "stopped"),
    of: () => ({ request: "now" }),
  }) as unknown as ServiceStateStore;
const desired = { requestFor: () => "now" } as unknown as DesiredState;

test("copies of one service are one thing to need", () => {
  expect(NEEDED).toEqual([["db"], ["gateway", "gateway-2"]]);
});

test("one copy that is ready is enough", () => {
  expect(areReady(NEEDED, states({ db: "ready", "gateway-2": "ready" }), desired)).toBe(true);
  expect(areReady(NEEDED, states({ db: "ready" }), desired)).toBe(false);
  expect(areReady(NEEDED, states({ gateway: "ready", "gateway-2": "ready" }), desired)).toBe(false);
});

test("an obstacle is a service of which every copy was given up", () => {
  expect(findObstacle("hmi", NEEDED, states({ gateway: "failed", "gateway-2": "backoff" }))).toBeNull();
  expect(findObstacle("hmi", NEEDED, states({ gateway: "failed", "gateway-2": "failed" }))).toMatchObject({
    code: "dependency_failed",
  });
});
