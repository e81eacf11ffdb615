import { expect, test } from "vitest";
import type { Role } from "../../../src/config/service-config.ts";
import type { RungFinding } from "../../../src/doctor/climb-ladder.ts";
import type { ExaminedStack } from "../../../src/doctor/doctor-context.ts";
import { replicasRungs } from "../../../src/doctor/rungs/replicas-rung.ts";
import type { ServiceInspection } from "../../../src/launch/inspect-stack.ts";

test("copies that all work are told as one; there is no rung of a service that runs once", async () => {
  const copies = [copy("gateway", 1), copy("gateway", 2)];
  expect(await look("gateway", copies)).toEqual({ status: "holds", text: "all 2 copies answer" });
  expect(replicasRungs("hmi", [...copies, copy("hmi", 1)], {})).toEqual([]);
});

test("a copy that alone lacks something is named, with what it lacks", async () => {
  const found = await look("gateway", [
    copy("gateway", 1),
    copy("gateway", 2, { engine: "connection refused" }),
  ]);
  expect(found).toMatchObject({
    status: "broken",
    problem: {
      found: "1 of 2 copies does not work: gateway-2 is degraded",
      cause: "engine: connection refused",
    },
  });
});

test("what all copies lack is no fault of any of them", async () => {
  const store = { store: "no answer within 1700 ms" };
  const found = await look("hmi", [copy("hmi", 1, store), copy("hmi", 2, store)]);
  expect(found.status).toBe("holds");
});

test("a copy that asks another service's broken copy is not to blame, but for its own database", async () => {
  const gateways = [copy("gateway", 1), silent("gateway", 2)];
  const reached = { gateway: "no answer within 1700 ms" };
  expect((await look("hmi", [...gateways, copy("hmi", 1), copy("hmi", 2, reached)])).status).toBe("holds");
  const alone = { ...reached, store: "connection refused" };
  expect(await look("hmi", [...gateways, copy("hmi", 1), copy("hmi", 2, alone)])).toMatchObject({
    problem: { found: "1 of 2 copies does not work: hmi-2 is degraded" },
  });
  expect(await look("gateway", gateways)).toMatchObject({
    problem: { found: "1 of 2 copies does not work: gateway-2 is unhealthy" },
  });
});

async function look(service: Role, inspections: readonly ServiceInspection[]): Promise<RungFinding> {
  const [rung] = replicasRungs(service, inspections, {});
  // All that it looks at was seen before.
  return (await rung?.look({} as ExaminedStack)) ?? expect.unreachable();
}

/** A copy that runs. @param lacks what it needs and does not get, with the reason */
function copy(
  service: Role,
  number: number,
  lacks: Readonly<Record<string, string>> = {},
): ServiceInspection {
  const name = number === 1 ? service : `${service}-${number}`;
  const dependencies = Object.fromEntries(
    Object.entries(lacks).map(([needed, error]) => [needed, { status: "unavailable", error }]),
  );
  const command = { file: "node", args: [], cwd: "/" };
  return {
    name,
    service,
    kind: "embedded",
    isExternal: false,
    state: {
      state: "running",
      record: {
        name,
        ...{ pid: 4711, start_time: "1", boot_id: "b", owner: "maria", cwd: "/" },
        ...{ command, log: "/gateway.log", started_at: "2026-01-05T08:39:30.000Z" },
        labels: { kind: "embedded" },
      },
      recorded: true,
      healthy: true,
      changed: false,
      probe: { ok: true, status: 200, body: JSON.stringify({ dependencies }), latencyMs: 1 },
      strangers: [],
    },
    spec: { name, command, ready: { kind: "tcp", timeoutMs: 1_000 } },
  };
}

/** One that runs, and does not answer. */
function silent(service: Role, number: number): ServiceInspection {
  const running = copy(service, number);
  const probe = { ok: false, error: "no answer within 2000 ms", latencyMs: 2_000 };
  return { ...running, state: { ...running.state, healthy: false, probe } as ServiceInspection["state"] };
}
