import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isSameProcess, isStopped } from "../../../src/os/process-identity.ts";
import {
  ensureSupervisor,
  startWaitingSupervisor,
} from "../../../src/supervisor/client/ensure-supervisor.ts";
import { desiredStateFile, writeDesiredState } from "../../../src/supervisor/daemon/desired-state-file.ts";
import { discardRecord, readRecord, writeRecord } from "../../../src/supervisor/process-record.ts";
import type { ServiceRecord, ServiceSpec } from "../../../src/supervisor/service-spec.ts";
import { SUPERVISOR, serviceFiles } from "../../../src/supervisor/state-folder.ts";
import { withLock } from "../../../src/supervisor/state-lock.ts";
import { fixtureService, stopAfterTest, temporaryState } from "../helpers.ts";
import { NEVER, obedient, QUICK, Stack, SUPERVISOR_COMMAND, tell } from "./helpers.ts";

async function untilGone(record: ServiceRecord): Promise<void> {
  await expect.poll(() => isSameProcess(record)).toBe(false);
}

async function kill(record: ServiceRecord, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  process.kill(record.pid, signal);
  await untilGone(record);
}

test.each(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "services outlive a supervisor that gets %s, and the next one picks them up",
  async (signal) => {
    const state = temporaryState();
    const spec = await obedient(state, "sample");
    const stack = new Stack(state, [spec]);
    const first = await stack.up();
    await stack.untilReady("sample");
    await tell(spec, "exit/1");
    await expect.poll(() => stack.report("sample")?.restarts).toBe(1);
    await stack.untilReady("sample");
    const pid = stack.pid("sample");
    await kill(first, signal);
    expect(stack.marked("sample")).toEqual([pid]);

    const second = await stack.supervise();
    expect(second.pid).not.toBe(first.pid);
    await expect.poll(() => stack.events("sample").at(-1)).toBe("picked_up");
    // What the first one has said stands there until the second one speaks.
    await expect
      .poll(() => stack.report("sample"))
      .toMatchObject({ phase: "ready", restarts: 1, ready_ms: null, last_exit: { code: 1 } });
    expect(stack.marked("sample")).toEqual([pid]);
  },
);

test("a service that waits for a line of its log is not ready for another supervisor either", async () => {
  const state = temporaryState();
  const go = join(state.root, "go");
  const script = `echo begun; while [ ! -e ${go} ]; do sleep 0.05; done; echo ready; exec sleep 600`;
  const spec: ServiceSpec = {
    name: "sample",
    command: { file: "/bin/sh", args: ["-c", script], cwd: state.root },
    ready: { kind: "log", pattern: "^ready$" },
  };
  stopAfterTest(spec, state);
  const stack = new Stack(state, [spec]);
  // An earlier run said so too.
  writeFileSync(serviceFiles(state, "sample").log, "ready\n");
  const first = await stack.up();
  await stack.untilPhase("sample", "starting");
  await kill(first);
  await stack.supervise();
  await expect.poll(() => stack.events("sample").at(-1)).toBe("picked_up");
  expect(stack.report("sample")?.phase).toBe("starting");
  writeFileSync(go, "");
  await stack.untilReady("sample");
});

test.runIf(existsSync("/dev/full"))("a supervisor that can complain to nobody goes on", async () => {
  const state = temporaryState();
  const spec = await obedient(state, "sample");
  const stack = new Stack(state, [spec]);
  const { file, args, cwd } = SUPERVISOR_COMMAND;
  const command = { file: "/bin/sh", args: ["-c", 'exec "$0" "$@" 2> /dev/full', file, ...args], cwd };
  // Of this it complains at its start.
  writeFileSync(join(state.root, "states.json"), "half a fi");
  writeDesiredState(state, { services: { sample: { request: "first" } } });
  const supervisor = await withLock(state, (locked) => ensureSupervisor(stack.plan, locked, command));
  await stack.untilReady("sample");
  expect(isSameProcess(supervisor)).toBe(true);
});

test("a service that was picked up is restarted when it ends, without a word on its exit code", async () => {
  const state = temporaryState();
  const spec = await obedient(state, "sample");
  const stack = new Stack(state, [spec]);
  const first = await stack.up();
  await stack.untilReady("sample");
  await kill(first);
  await stack.supervise();
  await expect.poll(() => stack.events("sample").at(-1)).toBe("picked_up");
  await tell(spec, "exit/0");
  await expect.poll(() => stack.report("sample")?.restarts).toBe(1);
  expect(stack.report("sample")?.last_exit).toMatchObject({
    code: null,
    signal: null,
    reason: expect.stringContaining("not its parent"),
  });
});

test("what ended while there was no supervisor is started again by the next one", async () => {
  const state = temporaryState();
  const spec = await obedient(state, "sample");
  const stack = new Stack(state, [spec]);
  const first = await stack.up();
  await stack.untilReady("sample");
  await kill(first);
  await tell(spec, "exit/1");
  await expect.poll(() => stack.marked("sample")).toEqual([]);
  await stack.supervise();
  await expect.poll(() => stack.report("sample")?.restarts).toBe(1);
  await stack.untilReady("sample");
});

test("a supervisor that dies while a service starts leaves it to the next one, which waits for it", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await fixtureService("listens-late", state)]);
  const first = await stack.up();
  await stack.untilPhase("sample", "starting");
  const pid = stack.pid("sample");
  await kill(first);
  await stack.supervise();
  await stack.untilReady("sample");
  expect(stack.marked("sample")).toEqual([pid]);
});

test("a supervisor that dies while a restart waits for another service leaves no old process behind", async () => {
  const state = temporaryState();
  const engine = await obedient(state, "engine");
  const gateway = await obedient(state, "gateway", { dependsOn: ["engine"] });
  const stack = new Stack(state, [engine, gateway]);
  const first = await stack.up();
  await stack.untilReady("engine", "gateway");
  const old = stack.pid("gateway");
  // The engine becomes ready no more.
  await stack.down("engine");
  await stack.untilPhase("engine", "stopped");
  await stack.up("gateway");
  await stack.untilPhase("gateway", "waiting");
  expect(stack.marked("gateway")).toEqual([]);
  await kill(first);
  await stack.up("engine");
  await stack.untilReady("engine", "gateway");
  expect(stack.pid("gateway")).not.toBe(old);
  expect(stack.marked("gateway")).toEqual([stack.pid("gateway")]);
});

test("what was given up stays so under the next supervisor", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await fixtureService("exits-at-once", state, { restart: NEVER })]);
  const first = await stack.up();
  const { problem } = await stack.untilPhase("sample", "failed");
  await kill(first);
  const second = await stack.supervise();
  await expect
    .poll(() => JSON.parse(readFileSync(join(state.root, "states.json"), "utf8")).pid)
    .toBe(second.pid);
  expect(await stack.untilPhase("sample", "failed")).toMatchObject({ problem });
  expect(stack.events("sample")).toEqual(["starting", "start_failed"]);
});

test("a supervisor with the same plan is kept, and one with another plan replaced", async () => {
  const state = temporaryState();
  const spec = await obedient(state, "sample");
  const stack = new Stack(state, [spec]);
  const first = await stack.up();
  await stack.untilReady("sample");
  expect((await stack.supervise()).pid).toBe(first.pid);
  const pid = stack.pid("sample");

  const changed = new Stack(state, [{ ...spec, restart: { ...QUICK, limit: 1 } }]);
  expect((await changed.supervise()).pid).not.toBe(first.pid);
  expect(isSameProcess(first)).toBe(false);
  await changed.untilReady("sample");
  expect(changed.marked("sample")).toEqual([pid]);
});

test("a supervisor that somebody has suspended is replaced", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  const first = await stack.up();
  await stack.untilReady("sample");
  const pid = stack.pid("sample");
  process.kill(first.pid, "SIGSTOP");
  await expect.poll(() => isStopped(first.pid)).toBe(true);
  await stack.supervise();
  expect(isSameProcess(first)).toBe(false);
  await stack.untilReady("sample");
  expect(stack.pid("sample")).toBe(pid);
});

test("a supervisor whose record was lost ends by itself, and its services live on", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  const first = await stack.up();
  await stack.untilReady("sample");
  const pid = stack.pid("sample");
  discardRecord(state, "supervisor");
  await untilGone(first);
  expect(stack.marked("sample")).toEqual([pid]);
});

test("a supervisor without a record is found by its mark, and ended before another is started", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  const first = await stack.up();
  await stack.untilReady("sample");
  process.kill(first.pid, "SIGSTOP");
  discardRecord(state, "supervisor");
  const second = await stack.supervise();
  expect(stack.marked("supervisor")).toEqual([second.pid]);
});

test("one that is not the recorded supervisor starts nothing, whoever started it", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  const first = await stack.up();
  await stack.untilReady("sample");
  const pid = stack.pid("sample");
  const { file, args, cwd } = SUPERVISOR_COMMAND;
  const second = spawn(file, args, { cwd, stdio: ["pipe", "ignore", "ignore"] });
  onTestFinished(() => void second.kill("SIGKILL"));
  second.stdin?.end(JSON.stringify(stack.plan));
  expect(await once(second, "exit")).toEqual([0, null]);
  expect(stack.events(null)).toEqual(["supervising"]);
  expect(isSameProcess(first)).toBe(true);
  expect(stack.marked("sample")).toEqual([pid]);
});

test("10 starters at once leave one supervisor and one of each service", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "one"), await obedient(state, "two")]);
  await Promise.all(Array.from({ length: 10 }, () => stack.up()));
  await stack.untilReady("one", "two");
  expect(stack.marked("supervisor")).toHaveLength(1);
  expect(stack.marked("one")).toEqual([stack.pid("one")]);
  expect(stack.marked("two")).toEqual([stack.pid("two")]);
});

test("a plan that was cut off is refused in a line", async () => {
  const { file, args, cwd } = SUPERVISOR_COMMAND;
  const child = spawn(file, args, { cwd, stdio: ["pipe", "ignore", "pipe"] });
  let text = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  child.stdin?.end('{"stateDir":"/tmp/x","serv');
  const [code] = await once(child, "close");
  expect(code).toBe(2);
  expect(text).toMatch(/^\S+ The supervisor's plan should be JSON[^\n]*\n$/);
});

test("a damaged wanted.json stops nothing, and is told in the log", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  const supervisor = await stack.up();
  await stack.untilReady("sample");
  writeFileSync(desiredStateFile(state), '{"services"');
  await expect
    .poll(() => readFileSync(serviceFiles(state, "supervisor").log, "utf8"))
    .toContain("Nothing counts as wanted");
  expect(stack.report("sample")?.phase).toBe("ready");
  expect(isSameProcess(supervisor)).toBe(true);
});

test("without the states of the one before, what runs well is picked up", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  const first = await stack.up();
  await stack.untilReady("sample");
  const pid = stack.pid("sample");
  await kill(first);
  writeFileSync(join(state.root, "states.json"), "nonsense");
  await stack.up();
  await stack.untilReady("sample");
  expect(stack.marked("sample")).toEqual([pid]);
});

test("a service whose record was lost is known by its mark, and recorded again", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  const first = await stack.up();
  await stack.untilReady("sample");
  const pid = stack.pid("sample");
  await kill(first);
  discardRecord(state, "sample");
  await stack.supervise();
  await expect.poll(() => stack.pid("sample")).toBe(pid);
  expect(stack.marked("sample")).toEqual([pid]);
});

test("a service that was adopted is watched like any other", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  const first = await stack.up();
  await stack.untilReady("sample");
  await kill(first);
  const reading = readRecord(state, "sample");
  if (reading.kind !== "record") return expect.unreachable();
  writeRecord(state, { ...reading.record, adopted: true });
  await stack.supervise();
  await expect.poll(() => stack.events("sample").at(-1)).toBe("adopted");
});

test("when nothing is wanted and nothing runs, the supervisor ends and leaves no record", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await fixtureService("exits-at-once", state, { restart: NEVER })]);
  const supervisor = await stack.up();
  await stack.untilPhase("sample", "failed");
  writeFileSync(desiredStateFile(state), '{"services":{}}');
  await untilGone(supervisor);
  expect(readRecord(state, "supervisor").kind).toBe("none");
});

test("a supervisor that was started ahead of its plan and fails is told of with what it wrote, which its log keeps", async () => {
  const state = temporaryState();
  const { plan } = new Stack(state, []);
  const script = 'console.error("It is broken."); process.exit(1);';
  const command = { file: process.execPath, args: ["-e", script], cwd: state.root };
  await withLock(state, async (locked) => {
    const ahead = startWaitingSupervisor(locked, command) ?? expect.unreachable();
    await once(ahead.child, "exit");
    await expect(ensureSupervisor(plan, locked, command, ahead)).rejects.toMatchObject({
      code: "start_failed",
      hint: expect.stringContaining("It is broken."),
    });
    ahead.dismiss();
  });
  expect(readFileSync(serviceFiles(state, SUPERVISOR).log, "utf8")).toBe("It is broken.\n");
});

test("one that cannot be started ahead is told of once it is needed", async () => {
  const state = temporaryState();
  const { plan } = new Stack(state, []);
  const command = { file: join(state.root, "nowhere"), args: [], cwd: state.root };
  await withLock(state, async (locked) => {
    expect(startWaitingSupervisor(locked, command)).toBeUndefined();
    await expect(ensureSupervisor(plan, locked, command)).rejects.toMatchObject({ code: "start_failed" });
  });
});
