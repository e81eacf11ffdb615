import { expect, test } from "vitest";
import { decideServiceStatus } from "../../src/launch/decide-service-status.ts";
import type { ServiceInspection } from "../../src/launch/inspect-stack.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";
import type { ServiceReport } from "../../src/supervisor/supervisor-protocol.ts";

const RECORD: ServiceRecord = {
  name: "gateway",
  pid: 4711,
  start_time: "1",
  boot_id: "b",
  command: { file: "node", args: [] },
  cwd: "/",
  owner: "maria",
  log: "/gateway.log",
  started_at: "2026-01-05T08:39:30.000Z",
  labels: { kind: "embedded" },
};

const OK = { ok: true, status: 200, body: "{}", latencyMs: 1 };
const REFUSED = { ok: false, error: "connection refused", latencyMs: 1 };

const RUNNING: ServiceInspection["state"] = {
  state: "running",
  record: RECORD,
  recorded: true,
  healthy: true,
  changed: false,
  probe: OK,
  strangers: [],
};

const REPORT: ServiceReport = {
  phase: "ready",
  request: "r",
  since: "2026-01-05T08:39:31.000Z",
  ready_ms: 400,
  restarts: 0,
  last_exit: null,
  next_start_at: null,
  problem: null,
};

const CRASHED: Partial<ServiceReport> = {
  restarts: 1,
  last_exit: { at: "2026-01-05T09:00:00.000Z", code: 1, signal: null, reason: "it exited with code 1" },
};

test("a service that runs and answers is healthy", () => {
  expect(decideServiceStatus(seen(RUNNING), REPORT)).toEqual({
    state: "healthy",
    kind: "embedded",
    url: "http://127.0.0.1:6120",
    pid: 4711,
    started_at: RECORD.started_at,
    next_start_at: null,
    detail: null,
  });
});

test("a service that was asked to end is stopping, however it answers", () => {
  const record = { ...RECORD, asked_to_end_at: "2026-01-05T09:39:30.000Z" };
  for (const state of [
    { ...RUNNING, record },
    { ...RUNNING, record, healthy: false, probe: REFUSED },
  ])
    expect(decideServiceStatus(seen(state), REPORT)).toMatchObject({
      state: "stopping",
      pid: 4711,
      detail: null,
    });
});

test("a service that listens nowhere has no URL", () => {
  const { address: _, ...spec } = seen(RUNNING).spec;
  expect(decideServiceStatus({ ...seen(RUNNING), spec }, undefined).url).toBeNull();
});

test("a service that says what it lacks is degraded", () => {
  const body = JSON.stringify({ dependencies: { ollama: { status: "down", error: "connection refused" } } });
  const state = { ...RUNNING, probe: { ...OK, body } };
  expect(decideServiceStatus(seen(state), REPORT)).toMatchObject({
    state: "degraded",
    detail: "ollama: connection refused",
  });
});

test.each([
  ["waiting", "waiting", null],
  ["starting", "starting", null],
  ["backoff", "restarting", "it exited with code 1"],
  ["failed", "failed", "it exited with code 1"],
  ["stopped", "stopped", null],
] as const)("a service that is not there is, in the phase %s, %s", (phase, state, detail) => {
  const last_exit = detail === null ? null : (CRASHED.last_exit ?? null);
  const report = { ...REPORT, ...CRASHED, phase, last_exit };
  expect(decideServiceStatus(seen({ state: "stopped" }), report)).toMatchObject({ state, detail });
});

test("a service that does not answer yet is starting, and is unhealthy where it was ready before", () => {
  const silent = seen({ ...RUNNING, healthy: false, probe: REFUSED });
  expect(decideServiceStatus(silent, { ...REPORT, phase: "starting" }).state).toBe("starting");
  expect(decideServiceStatus(silent, REPORT)).toMatchObject({
    state: "unhealthy",
    detail: "connection refused",
  });
});

test("one that only its log tells to be ready is starting until the supervisor has read that", () => {
  const running = seen(RUNNING);
  const told: ServiceInspection = {
    ...running,
    spec: { ...running.spec, ready: { kind: "log", pattern: "up" } },
  };
  expect(decideServiceStatus(told, { ...REPORT, phase: "starting" }).state).toBe("starting");
  expect(decideServiceStatus(told, REPORT).state).toBe("healthy");
  // What can be asked now is asked now.
  expect(decideServiceStatus(running, { ...REPORT, phase: "starting" }).state).toBe("healthy");
});

test("what is seen now stands against an older word of the supervisor", () => {
  expect(decideServiceStatus(seen(RUNNING), { ...REPORT, phase: "backoff" }).state).toBe("healthy");
  expect(decideServiceStatus(seen({ state: "stopped" }), REPORT).state).toBe("stopped");
});

test("the supervisor's problem is told before the last exit", () => {
  const problem = { code: "start_failed", message: "It crashed 5 times in 60 s.", hint: null };
  const report = { ...REPORT, ...CRASHED, phase: "failed", problem } as const;
  expect(decideServiceStatus(seen({ state: "stopped" }), report).detail).toBe(problem.message);
});

test("somebody else's service is used as it is, or told to be away", () => {
  const external = { ...seen({ state: "stopped" }), isExternal: true, kind: "url" } as const;
  expect(decideServiceStatus({ ...external, answer: OK }, undefined).state).toBe("external");
  expect(decideServiceStatus({ ...external, answer: REFUSED }, undefined).state).toBe("stopped");
  const bad = { ...REFUSED, status: 500 };
  expect(decideServiceStatus({ ...external, answer: bad }, undefined).state).toBe("unhealthy");
});

function seen(state: ServiceInspection["state"]): ServiceInspection {
  return {
    name: "gateway",
    service: "gateway",
    kind: "embedded",
    isExternal: false,
    state,
    spec: {
      name: "gateway",
      command: { file: "node", args: [], cwd: "/" },
      address: { host: "127.0.0.1", port: 6120 },
      ready: { kind: "tcp", timeoutMs: 1000 },
    },
  };
}
