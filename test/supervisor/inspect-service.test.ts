import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { isSameProcess } from "../../src/os/process-identity.ts";
import { inspectService, judgeService, type ServiceFacts } from "../../src/supervisor/inspect-service.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";
import { serviceFiles, stateFolder } from "../../src/supervisor/state-folder.ts";
import { stopService } from "../../src/supervisor/stop-service.ts";
import { eventually, fixtureService, listen, program, temporaryFolder, temporaryState } from "./helpers.ts";
import { startService } from "./start-service.ts";

const RECORD = { name: "hmi", pid: 4711 } as ServiceRecord;
const STRANGER = { address: "127.0.0.1", port: 6101, pid: 9120 };
const NOTHING: ServiceFacts = {
  reading: { kind: "none" },
  fate: undefined,
  members: [],
  rebuilt: undefined,
  strangers: [],
  probe: { ok: false, error: "connection refused", latencyMs: 1 },
  digest: "as it is now",
};
const recorded = { kind: "record", record: RECORD } as const;
const answers = { ok: true, status: 200, latencyMs: 1 };

test.each<[string, Partial<ServiceFacts>, object]>([
  ["nothing at all", {}, { state: "stopped" }],
  [
    "a broken record",
    { reading: { kind: "unreadable", reason: "not JSON" } },
    { state: "stopped", unreadable: "not JSON" },
  ],
  [
    "a living process that answers",
    { reading: recorded, fate: "alive", probe: answers },
    { state: "running", recorded: true, healthy: true },
  ],
  [
    "a living process of the spec as it is now",
    { reading: { kind: "record", record: { ...RECORD, config_digest: NOTHING.digest } }, fate: "alive" },
    { state: "running", changed: false },
  ],
  [
    "a living process of an older spec",
    { reading: { kind: "record", record: { ...RECORD, config_digest: "as it was" } }, fate: "alive" },
    { state: "running", changed: true },
  ],
  [
    "a living process that does not answer",
    { reading: recorded, fate: "alive" },
    { state: "running", healthy: false },
  ],
  [
    "a living process beside a stranger who answers",
    { reading: recorded, fate: "alive", probe: answers, strangers: [STRANGER] },
    { state: "running", healthy: false, strangers: [STRANGER] },
  ],
  ["a record of a dead process", { reading: recorded, fate: "gone" }, { state: "stale", fate: "gone" }],
  [
    "a record of another boot",
    { reading: recorded, fate: "other_boot" },
    { state: "stale", fate: "other_boot" },
  ],
  ["a stranger on the port", { strangers: [STRANGER] }, { state: "foreign", listeners: [STRANGER] }],
  [
    "a stranger on the port of a dead process",
    { reading: recorded, fate: "gone", strangers: [STRANGER] },
    { state: "foreign", record: RECORD },
  ],
  ["a marked process without a record", { rebuilt: RECORD }, { state: "running", recorded: false }],
])("decides: %s", (_, seen, expected) => {
  expect(judgeService({ ...NOTHING, ...seen })).toMatchObject(expected);
});

test("a service that was never started is stopped, and the look makes no folder", async () => {
  const state = stateFolder(`${temporaryFolder()}/none`);
  const spec = await fixtureService("serves-health", { ...state, root: temporaryFolder() });
  expect(await inspectService(spec, state)).toEqual({ state: "stopped" });
});

test("a running service is recognised, so that it is not started twice", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const record = await startService(spec, state);
  expect(await inspectService(spec, state)).toMatchObject({
    state: "running",
    record,
    recorded: true,
    healthy: true,
    strangers: [],
  });
});

test("a listener that is not ours is named with its pid", async () => {
  const server = await listen(createServer((_, response) => response.end()));
  const { port } = server.address() as AddressInfo;
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state, { address: { host: "127.0.0.1", port } });
  expect(await inspectService(spec, state)).toMatchObject({
    state: "foreign",
    listeners: [{ address: "127.0.0.1", port, pid: process.pid }],
    probe: { ok: true },
  });
});

test.each(["lost", "broken"])(
  "a running service with its record %s is recognised by its mark",
  async (fault) => {
    const state = temporaryState();
    const spec = await fixtureService("serves-health", state);
    const record = await startService(spec, state);
    const files = serviceFiles(state, spec.name);
    if (fault === "lost") for (const file of [files.pid, files.record]) rmSync(file);
    else writeFileSync(files.record, "{");
    const found = await inspectService(spec, state);
    const { started_at, config_digest, log_size, ...lasting } = record;
    expect(found).toMatchObject({ state: "running", recorded: false, healthy: true, record: lasting });
    if (found.state === "running") await stopService(found.record, state);
    expect(isSameProcess(record)).toBe(false);
  },
);

test("a service whose starter is killed right after the spawn is recognised", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const { file, args } = spec.command;
  // The service's very first act kills the starter, before or after it could write the record.
  const script = ["-c", 'kill -9 $STARTER; exec "$0" "$@"', file, ...args];
  const command = { ...spec.command, file: "/bin/sh", args: script };
  const json = JSON.stringify({ ...spec, command });
  const starter = spawn(process.execPath, [program("starts-service"), state.root, json]);
  onTestFinished(() => void starter.kill("SIGKILL"));
  expect((await once(starter, "exit"))[1]).toBe("SIGKILL");
  await eventually(() => inspectService(spec, state)).toMatchObject({ state: "running", healthy: true });
});

test("a service goes on after its starter has left", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const starter = spawn(process.execPath, [program("starts-service"), state.root, JSON.stringify(spec)]);
  expect((await once(starter, "exit"))[0]).toBe(0);
  expect(await inspectService(spec, state)).toMatchObject({ state: "running", healthy: true });
});
