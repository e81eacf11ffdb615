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

/** As much of a board as is asked: each in the phase that its name has here. */
const board = (phases: Record<string, ServiceReport["phase"]>) =>
  ({
    isIn: (name: string, ...any: ServiceReport["phase"][]) => any.includes(phases[name] ?? "stopped"),
    of: () => ({ request: "now" }),
  }) as unknown as ServiceStateStore;
const wish = { requestFor: () => "now" } as unknown as DesiredState;

test("copies of one service are one thing to need", () => {
  expect(NEEDED).toEqual([["db"], ["gateway", "gateway-2"]]);
});

test("one copy that is ready is enough", () => {
  expect(areReady(NEEDED, board({ db: "ready", "gateway-2": "ready" }), wish)).toBe(true);
  expect(areReady(NEEDED, board({ db: "ready" }), wish)).toBe(false);
  expect(areReady(NEEDED, board({ gateway: "ready", "gateway-2": "ready" }), wish)).toBe(false);
});

test("an obstacle is a service of which every copy was given up", () => {
  expect(findObstacle("hmi", NEEDED, board({ gateway: "failed", "gateway-2": "backoff" }))).toBeNull();
  expect(findObstacle("hmi", NEEDED, board({ gateway: "failed", "gateway-2": "failed" }))).toMatchObject({
    code: "dependency_failed",
  });
});
