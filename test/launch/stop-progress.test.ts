import { expect, test } from "vitest";
import { StopProgress } from "../../src/launch/stop-progress.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";

const record = (name: string, stopMs?: number): ServiceRecord => ({
  name,
  pid: 4711,
  start_time: "1",
  boot_id: "b",
  command: { file: name, args: [] },
  cwd: "/",
  owner: "somebody",
  log: `/log/${name}.log`,
  started_at: "2026-01-02T03:04:05.678Z",
  ...(stopMs !== undefined && { stop: { signal: "SIGTERM", timeout_ms: stopMs } }),
});

test("a stop says whom it waits for, when that is killed, and who comes after", () => {
  const told: string[] = [];
  const targets = [
    { name: "web", record: record("web", 20_000) },
    { name: "cron", record: record("cron") },
    { name: "gone", record: undefined },
    { name: "db", record: record("db") },
  ];
  const progress = new StopProgress(targets, (text) => told.push(text));
  for (const name of ["web", "cron", "gone"]) progress.begin(name);
  for (const name of ["gone", "cron", "web"]) progress.end(name);
  progress.begin("db");
  progress.end("db");
  expect(told).toEqual([
    "stopping web (killed after 20 s), then cron, db",
    "stopping web (killed after 20 s), cron (killed after 5 s), then db",
    "stopping web (killed after 20 s), then db",
    "stopping db (killed after 5 s)",
  ]);
});
