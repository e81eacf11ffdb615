import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isSameProcess } from "../../src/os/process-identity.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import { readRecord } from "../../src/supervisor/process-record.ts";
import type { ServiceSpec } from "../../src/supervisor/service-spec.ts";
import { type StateFolder, serviceFiles } from "../../src/supervisor/state-folder.ts";
import { eventually, fixtureService, freePort, listen, temporaryState } from "./helpers.ts";
import { startService } from "./start-service.ts";

async function failure(spec: ServiceSpec, state: StateFolder) {
  return await startService(spec, state).then(
    () => expect.unreachable("the start must fail"),
    (error) => error,
  );
}

test("a started service is ready, and recorded with its labels", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state, { labels: { kind: "stand-in" } });
  const record = await startService(spec, state);
  expect(isSameProcess(record)).toBe(true);
  expect(readRecord(state, spec.name)).toEqual({ kind: "record", record });
  expect(readFileSync(serviceFiles(state, spec.name).pid, "utf8")).toBe(`${record.pid}\n`);
  expect(record.labels).toEqual({ kind: "stand-in" });
});

test("a service leads a session of its own and knows its mark", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const { pid } = await startService(spec, state);
  const [, group, session] = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) . /, "")
    .split(" ");
  expect([group, session]).toEqual([String(pid), String(pid)]);
  expect(readFileSync(`/proc/${pid}/environ`, "utf8").split("\0")).toEqual(
    expect.arrayContaining([`STACK_SERVICE=${spec.name}`, `STACK_STATE_DIR=${state.root}`]),
  );
});

test("what the service writes is appended to its log", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const { log } = serviceFiles(state, spec.name);
  writeFileSync(log, "an older run\n");
  await startService(spec, state);
  await eventually(() => readFileSync(log, "utf8")).toBe(`an older run\nlistening on ${spec.address.port}\n`);
});

test("a service that listens late is waited for", async () => {
  const state = temporaryState();
  const spec = await fixtureService("listens-late", state);
  await startService(spec, state);
  expect(await inspectService(spec, state)).toMatchObject({ state: "running", healthy: true });
});

test("a program that exits is reported with its code and the last 10 lines of this run", async () => {
  const state = temporaryState();
  const spec = await fixtureService("exits-at-once", state);
  const { log } = serviceFiles(state, spec.name);
  writeFileSync(log, "an older run\n");
  const error = await failure(spec, state);
  expect(error).toMatchObject({
    code: "start_failed",
    message: "sample did not become ready: it exited with code 3.",
    exitCode: 1,
  });
  const lines = [3, 4, 5, 6, 7, 8, 9, 10].map((line) => `  line ${line}`);
  expect(error.hint).toBe(
    [
      `The end of ${log}:`,
      ...lines,
      "  cannot read settings.json",
      "  giving up",
      "`stack logs sample` shows all of it.",
    ].join("\n"),
  );
  expect(readdirSync(state.run)).toEqual([]);
});

test("a program that is not there is reported by name", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state, {
    command: { file: "no-such-program", args: [], cwd: state.root },
  });
  expect(await failure(spec, state)).toMatchObject({
    message: 'sample could not be started: there is no program "no-such-program" on the PATH.',
    hint: "Install it, or write its full path, then: stack up",
    reason: 'it could not be started: there is no program "no-such-program" on the PATH',
  });
  expect(readdirSync(state.run)).toEqual([]);
});

test("a folder that is not there is reported as such", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state, {
    command: { file: process.execPath, args: [], cwd: "/no/such/folder" },
  });
  expect((await failure(spec, state)).message).toContain("its folder /no/such/folder does not exist");
});

test("a folder that is a file is reported as such", async () => {
  const state = temporaryState();
  const file = join(state.root, "a-file");
  writeFileSync(file, "");
  const spec = await fixtureService("serves-health", state, {
    command: { file: process.execPath, args: [], cwd: file },
  });
  expect((await failure(spec, state)).message).toBe(
    `sample could not be started: its folder ${file} is a file.`,
  );
});

test("a service that is not ready in time is stopped, and its last answer told", async () => {
  const state = temporaryState();
  const spec = await fixtureService("answers-503", state, { startTimeoutMs: 1500 });
  const { message } = await failure(spec, state);
  expect(message).toContain(`:${spec.address.port}/health gave not ready (status 503)`);
  expect(await inspectService(spec, state)).toEqual({ state: "stopped" });
  expect(readdirSync(state.run)).toEqual([]);
});

test("a taken port is refused before anything is started", async () => {
  const server = await listen(createServer((_, response) => response.end()));
  const { port } = server.address() as AddressInfo;
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state, { address: { host: "127.0.0.1", port } });
  expect(await failure(spec, state)).toMatchObject({
    code: "port_taken",
    message: expect.stringContaining(`port ${port}, but it is taken by pid ${process.pid}`),
    exitCode: 1,
  });
  expect(readdirSync(state.log)).toEqual([]);
});

test("a good answer from another process on the port is not taken for the service's", async () => {
  const state = temporaryState();
  const port = await freePort();
  const spec = await fixtureService("listens-late", state, { address: { host: "127.0.0.1", port } });
  const start = failure(spec, state);
  await eventually(() => existsSync(serviceFiles(state, spec.name).pid)).toBe(true);
  await listen(
    createServer((_, response) => response.end()),
    port,
  );
  expect((await start).message).toContain(`answered by another process: pid ${process.pid}`);
});
