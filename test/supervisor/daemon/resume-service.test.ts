import { expect, test } from "vitest";
import { resumptionOf } from "../../../src/supervisor/daemon/resume-service.ts";
import type { ServiceState } from "../../../src/supervisor/inspect-service.ts";
import type { ServiceRecord } from "../../../src/supervisor/service-spec.ts";
import type { ServiceReport } from "../../../src/supervisor/supervisor-protocol.ts";
import { serviceReport } from "../service-report.ts";

const RECORD: ServiceRecord = {
  name: "sample",
  pid: 4711,
  start_time: "1",
  boot_id: "b",
  command: { file: "sample", args: [] },
  cwd: "/",
  owner: "me",
  log: "/sample.log",
  started_at: "2026-01-02T03:04:05.678Z",
};
const RUNNING: ServiceState = {
  state: "running",
  record: RECORD,
  recorded: true,
  changed: false,
  healthy: true,
  probe: { ok: true, latencyMs: 1 },
  strangers: [],
};
const ENDING: ServiceState = {
  ...RUNNING,
  record: { ...RECORD, asked_to_end_at: "2026-01-02T03:14:05.678Z" },
};
const STOPPED: ServiceState = { state: "stopped" };
const STALE: ServiceState = { state: "stale", record: RECORD, fate: "gone", survivors: [] };

const before = (phase: ServiceReport["phase"], more: Partial<ServiceReport> = {}) =>
  serviceReport(phase, { request: "old", ...more });

test.each([
  ["what runs and is wanted as before", before("ready"), "old", RUNNING, "pick_up"],
  ["what runs though nobody wants it", before("ready"), null, RUNNING, "pick_up"],
  ["what was watched and is asked for anew", before("ready"), "new", RUNNING, "replace"],
  ["what hung and is asked for anew", before("unhealthy"), "new", RUNNING, "replace"],
  ["what is being stopped and is asked for anew", before("ready"), "new", ENDING, "replace"],
  ["what is being stopped for a new start", before("ready"), "old", ENDING, "replace"],
  ["what is being stopped, unknown to the one before", undefined, "new", ENDING, "replace"],
  ["what is being stopped for good", before("ready"), null, ENDING, "pick_up"],
  ["what runs, unknown to the one before", undefined, "new", RUNNING, "start"],
  ["what runs by somebody else's doing", before("failed"), "new", RUNNING, "start"],
  ["what is asked for anew and does not run", before("failed"), "new", STOPPED, "start"],
  ["what nobody wants and does not run", before("ready"), null, STALE, "rest"],
  ["what was given up", before("failed"), "old", STOPPED, "rest"],
  ["what ended with code 0 and stayed down", before("stopped"), "old", STOPPED, "rest"],
  ["what waited for its next start", before("backoff"), "old", STOPPED, "pause"],
  ["what was ready and has ended", before("ready"), "old", STALE, "ended"],
  ["what was being restarted and has ended", before("starting", { restarts: 1 }), "old", STALE, "ended"],
  ["what was being started and has ended", before("starting"), "old", STALE, "start"],
  ["what waited for others", before("waiting"), "old", STOPPED, "start"],
] as const)("%s", (_, known, request, found, expected) => {
  expect(resumptionOf(known, request, found)).toBe(expected);
});
