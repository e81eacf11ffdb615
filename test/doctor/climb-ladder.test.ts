import { expect, test } from "vitest";
import type { RungReport } from "../../src/contract/doctor-report.ts";
import { climb, type Rung, type RungFinding } from "../../src/doctor/climb-ladder.ts";

const HOLDS: RungFinding = { status: "holds", text: "well" };
const BROKEN: RungFinding = {
  status: "broken",
  problem: { code: "x", found: "ill", cause: "why", next: "what" },
};

test("what stands on a broken rung is not tried, and names the lowest one", async () => {
  const rungs = await run([
    rung("engine/a", [], BROKEN),
    rung("engine/b", ["engine/a"], HOLDS),
    rung("gateway/c", ["engine/b"], HOLDS),
    rung("gateway/d", [], HOLDS),
  ]);
  expect(rungs.map(({ status }) => status)).toEqual(["broken", "not_tried", "not_tried", "holds"]);
  expect(rungs[0]).toMatchObject({
    text: "ill",
    problem: { code: "x", cause: "why", next: "what" },
    waits_for: null,
  });
  expect(rungs[2]).toMatchObject({ text: "waits for the engine's a", waits_for: "engine/a", took_ms: null });
});

test("what stands on a skipped rung is tried", async () => {
  const rungs = await run([
    rung("hmi/a", [], { status: "skipped", text: "not here" }),
    rung("hmi/b", ["hmi/a"], HOLDS),
  ]);
  expect(rungs.map(({ status }) => status)).toEqual(["skipped", "holds"]);
});

test("a rung that cannot be looked at is broken", async () => {
  const [report] = await run([rung("hmi/a", [], () => Promise.reject(new Error("socket hang up")))]);
  expect(report).toMatchObject({
    status: "broken",
    text: "a: socket hang up",
    problem: { code: "look_failed" },
  });
});

test("an abort ends the climb with its reason", async () => {
  const signal = AbortSignal.abort(new Error("Interrupted."));
  await expect(run([rung("hmi/a", [], HOLDS)], signal)).rejects.toThrow("Interrupted.");
});

type Service = RungReport["service"];

function rung(
  id: `${Service}/${string}`,
  needs: string[],
  found: RungFinding | (() => Promise<RungFinding>),
): Rung<undefined> {
  const [service, name = ""] = id.split("/");
  const look = typeof found === "function" ? found : async () => found;
  return { id, service: service as Service, name, needs, look };
}

async function run(rungs: Rung<undefined>[], signal = new AbortController().signal): Promise<RungReport[]> {
  const told: RungReport[] = [];
  const reports = await climb({
    rungs,
    subject: undefined,
    signal,
    onStart: () => undefined,
    onRung: (report) => told.push(report),
  });
  expect(told).toEqual(reports);
  return reports;
}
