import { expect, test } from "vitest";
import { intentFor, type Wishes } from "../../src/launch/service-intent.ts";
import type { ServiceState } from "../../src/supervisor/inspect-service.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";

const wishes = (changes: Partial<Wishes>): Wishes => ({
  isOnItsWay: false,
  mustRestart: false,
  isDone: false,
  isNamed: true,
  ...changes,
});

const record: ServiceRecord = {
  name: "gateway",
  pid: 4711,
  start_time: "1",
  boot_id: "b",
  command: { file: "node", args: [] },
  cwd: "/",
  owner: "me",
  log: "gateway.log",
  started_at: "2026-01-01T00:00:00.000Z",
};

const running = (changes: Partial<Extract<ServiceState, { state: "running" }>> = {}): ServiceState => ({
  state: "running",
  record,
  recorded: true,
  changed: false,
  healthy: true,
  probe: { ok: true, latencyMs: 1 },
  strangers: [],
  ...changes,
});
const silent = { healthy: false, probe: { ok: false, error: "connection refused", latencyMs: 1 } };
const ending = running({ record: { ...record, asked_to_end_at: "2026-01-01T00:10:00.000Z" } });
const stale: ServiceState = { state: "stale", record, fate: "gone", survivors: [] };

test.each<[string, ServiceState, boolean, string, string]>([
  ["what runs well is left", running(), false, "leave", "it runs"],
  ["what does not run is started", { state: "stopped" }, false, "start", "it does not run"],
  ["what another command is stopping is started again", ending, false, "restart", "it was being stopped"],
  [
    "what is waited for by another command that has asked for it",
    ending,
    true,
    "join",
    "another command is starting it",
  ],
  ["what died is started", stale, false, "start", "its process is gone"],
  [
    "what another command starts is waited for",
    running(silent),
    true,
    "join",
    "another command is starting it",
  ],
  [
    "what another command starts is waited for, however well it looks",
    running(),
    true,
    "join",
    "another command is starting it",
  ],
  [
    "what waits for another is waited for",
    { state: "stopped" },
    true,
    "join",
    "another command is starting it",
  ],
  ["what hangs is restarted", running(silent), false, "restart", "it runs, but connection refused"],
  [
    "what was started by an older configuration is restarted",
    running({ changed: true }),
    false,
    "restart",
    "its configuration has changed",
  ],
])("%s", (_, state, isOnItsWay, action, reason) => {
  expect(intentFor({ isExternal: false, state }, wishes({ isOnItsWay }))).toEqual({ action, reason });
});

test("what hangs and nobody asked for is left to whoever watches it", () => {
  const intent = intentFor({ isExternal: false, state: running(silent) }, wishes({ isNamed: false }));
  expect(intent).toMatchObject({ action: "leave", isWell: false, reason: "it runs, but connection refused" });
});

test("what somebody else runs is left, even where a restart was asked for", () => {
  expect(
    intentFor({ isExternal: true, state: { state: "stopped" } }, wishes({ mustRestart: true })).action,
  ).toBe("leave");
});

test("a restart that was asked for stops what runs well, and starts what does not run", () => {
  expect(intentFor({ isExternal: false, state: running() }, wishes({ mustRestart: true })).action).toBe(
    "restart",
  );
  expect(
    intentFor({ isExternal: false, state: { state: "stopped" } }, wishes({ mustRestart: true })).action,
  ).toBe("start");
});
