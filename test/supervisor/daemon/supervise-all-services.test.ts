import { join } from "node:path";
import { expect, test } from "vitest";
import { fixtureService, temporaryState } from "../helpers.ts";
import { NEVER, obedient, QUICK, Stack, tell } from "./helpers.ts";

test("each service starts when what it depends on is ready", async () => {
  const state = temporaryState();
  const engine = await fixtureService("listens-late", state, { name: "engine" });
  const gateway = await obedient(state, "gateway", { dependsOn: ["engine"] });
  const stack = new Stack(state, [gateway, engine]);
  await stack.up();
  expect((await stack.untilPhase("gateway", "waiting")).problem).toBeNull();
  await stack.untilReady("engine", "gateway");
  expect(stack.events("gateway")).toEqual(["starting", "ready"]);
  expect(stack.report("gateway")?.ready_ms).toBeGreaterThan(0);
});

test("a killed service is started again, and its end is told", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  await stack.up();
  await stack.untilReady("sample");
  const first = stack.pid("sample") ?? 0;
  process.kill(first, "SIGKILL");
  await expect.poll(() => stack.report("sample")?.restarts).toBe(1);
  expect((await stack.untilPhase("sample", "ready")).last_exit).toMatchObject({
    code: null,
    signal: "SIGKILL",
    reason: "it was ended by SIGKILL",
  });
  expect(stack.pid("sample")).not.toBe(first);
  expect(stack.events("sample")).toEqual(["starting", "ready", "exited", "restarting", "starting", "ready"]);
});

test("a crash loop is given up, and a new request tries again", async () => {
  const state = temporaryState();
  const spec = await obedient(state, "sample", { restart: { ...QUICK, limit: 2 } });
  const stack = new Stack(state, [spec]);
  await stack.up();
  for (const restarts of [0, 1, 2]) {
    await expect.poll(() => stack.report("sample")?.restarts).toBe(restarts);
    await stack.untilReady("sample");
    await tell(spec, "exit/7");
    await expect
      .poll(() => stack.events("sample").filter((event) => event === "exited").length)
      .toBe(restarts + 1);
  }
  const { problem, last_exit } = await stack.untilPhase("sample", "failed");
  expect(problem?.message).toBe(
    "sample was given up, because it was restarted 2 times within 60 s. Last: it exited with code 7.",
  );
  expect(last_exit).toMatchObject({ code: 7, signal: null });
  await stack.up();
  await stack.untilReady("sample");
  expect(stack.report("sample")).toMatchObject({ restarts: 0, last_exit: null });
});

test("what ends with code 0 stays down, unless it is always wanted", async () => {
  const state = temporaryState();
  const once = await obedient(state, "once");
  const always = await obedient(state, "always", { restart: { ...QUICK, when: "always" } });
  const stack = new Stack(state, [once, always]);
  await stack.up();
  await stack.untilReady("once", "always");
  await Promise.all([tell(once, "exit/0"), tell(always, "exit/0")]);
  await expect.poll(() => stack.report("always")?.restarts).toBe(1);
  await stack.untilReady("always");
  expect(await stack.untilPhase("once", "stopped")).toMatchObject({ restarts: 0, last_exit: { code: 0 } });
});

test("what never becomes ready is tried again as its policy says, and then given up, with the end of its log", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await fixtureService("exits-at-once", state, { restart: QUICK })]);
  await stack.up();
  const { problem, restarts } = await stack.untilPhase("sample", "failed");
  expect(problem).toMatchObject({
    code: "start_failed",
    message: "sample did not become ready: it exited with code 3. It was tried 4 times.",
    hint: expect.stringContaining("giving up"),
  });
  expect(restarts).toBe(QUICK.limit);
  expect(stack.events("sample").filter((event) => event === "starting")).toHaveLength(4);
});

test("a first start that fails once is not the last one", async () => {
  const state = temporaryState();
  const tried = join(state.root, "tried");
  const script = `[ -f ${tried} ] || { touch ${tried}; exit 1; }; echo ready; exec sleep 1000`;
  const command = { file: "/bin/sh", args: ["-c", script], cwd: state.root };
  const spec = { name: "sample", command, ready: { kind: "log", pattern: "ready" }, restart: QUICK } as const;
  const stack = new Stack(state, [spec]);
  await stack.up();
  expect(await stack.untilPhase("sample", "ready")).toMatchObject({ restarts: 1, last_exit: { code: 1 } });
});

test("what takes longer to fail than its policy's window is not tried for ever", async () => {
  const state = temporaryState();
  const restart = { ...QUICK, limit: 1, withinMs: 1 };
  const stack = new Stack(state, [await fixtureService("exits-at-once", state, { restart })]);
  await stack.up();
  expect(await stack.untilPhase("sample", "failed")).toMatchObject({ restarts: 1 });
});

test("a program that is not there is given up at once: no other try can help", async () => {
  const state = temporaryState();
  const command = { file: join(state.root, "none"), args: [], cwd: state.root };
  const spec = await fixtureService("exits-at-once", state, { command, restart: QUICK });
  const stack = new Stack(state, [spec]);
  await stack.up();
  expect(await stack.untilPhase("sample", "failed")).toMatchObject({
    restarts: 0,
    problem: { message: `sample could not be started: there is no program ${command.file}.` },
  });
});

test("where the policy is `no`, what never became ready is given up at once", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await fixtureService("exits-at-once", state, { restart: NEVER })]);
  await stack.up();
  const { problem, restarts, last_exit } = await stack.untilPhase("sample", "failed");
  expect(problem).toMatchObject({
    code: "start_failed",
    message: "sample did not become ready: it exited with code 3.",
    hint: expect.stringContaining("giving up"),
  });
  expect(restarts).toBe(0);
  expect(last_exit).toMatchObject({
    code: 3,
    signal: null,
    reason: "it exited with code 3 before it was ready",
  });
  await stack.down();
  expect(stack.report("sample")).toMatchObject({ last_exit });
});

test("what waits for a service that was given up says so, and goes on when that is tried again", async () => {
  const state = temporaryState();
  const engine = await obedient(state, "engine", { restart: { ...QUICK, limit: 0 } });
  const gateway = await obedient(state, "gateway", { dependsOn: ["engine"] });
  const stack = new Stack(state, [engine, gateway]);
  await stack.up("engine");
  await stack.untilReady("engine");
  await tell(engine, "exit/1");
  await stack.untilPhase("engine", "failed");
  await stack.up("gateway");
  await expect.poll(() => stack.report("gateway")?.problem?.code).toBe("dependency_failed");
  await stack.up("engine");
  await stack.untilReady("engine", "gateway");
});

test("a service that is sick for too long is stopped and started again", async () => {
  const state = temporaryState();
  const live = {
    probe: { kind: "http", path: "/health", timeoutMs: 500 },
    everyMs: 50,
    failures: 3,
  } as const;
  const spec = await obedient(state, "sample", { live });
  const stack = new Stack(state, [spec]);
  await stack.up();
  await stack.untilReady("sample");
  await tell(spec, "sick");
  await expect.poll(() => stack.report("sample")?.restarts).toBe(1);
  await stack.untilReady("sample");
  expect(stack.report("sample")?.last_exit?.reason).toBe(
    "no answer to its liveness probe 3 times: not ready (status 503)",
  );
  expect(stack.events("sample")).toEqual([
    "starting",
    "ready",
    "unhealthy",
    "ended",
    "restarting",
    "starting",
    "ready",
  ]);
});

test("a service that recovers in time is left alone", async () => {
  const state = temporaryState();
  const live = {
    probe: { kind: "http", path: "/health", timeoutMs: 500 },
    everyMs: 50,
    failures: 1000,
  } as const;
  const spec = await obedient(state, "sample", { live });
  const stack = new Stack(state, [spec]);
  await stack.up();
  await stack.untilReady("sample");
  const pid = stack.pid("sample");
  await tell(spec, "sick");
  expect((await stack.untilPhase("sample", "unhealthy")).problem?.code).toBe("unhealthy");
  await tell(spec, "well");
  expect((await stack.untilPhase("sample", "ready")).problem).toBeNull();
  expect(stack.pid("sample")).toBe(pid);
});

test("a service that hangs is found by its liveness probe, and replaced", async () => {
  const state = temporaryState();
  const live = {
    probe: { kind: "http", path: "/health", timeoutMs: 300 },
    everyMs: 50,
    failures: 2,
  } as const;
  const stack = new Stack(state, [await obedient(state, "sample", { live, stopTimeoutMs: 200 })]);
  await stack.up();
  await stack.untilReady("sample");
  const hung = stack.pid("sample") ?? 0;
  process.kill(hung, "SIGSTOP");
  await expect.poll(() => stack.report("sample")?.restarts).toBe(1);
  await stack.untilReady("sample");
  expect(stack.marked("sample")).toEqual([stack.pid("sample")]);
  expect(stack.pid("sample")).not.toBe(hung);
});

test("a service that is stopped by command stays stopped, and that is no crash, and no event of the supervisor's", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "one"), await obedient(state, "two")]);
  await stack.up();
  await stack.untilReady("one", "two");
  await stack.down("one");
  await stack.untilPhase("one", "stopped");
  // The command writes the event.
  expect(stack.events("one")).toEqual(["starting", "ready"]);
  expect(stack.report("two")?.phase).toBe("ready");
});

test("a new request for a service that runs stops it first, and is no crash", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await obedient(state, "sample")]);
  await stack.up();
  await stack.untilReady("sample");
  const first = stack.pid("sample");
  await stack.up();
  await stack.untilReady("sample");
  expect(stack.pid("sample")).not.toBe(first);
  expect(stack.report("sample")).toMatchObject({ restarts: 0, last_exit: null });
  expect(stack.events("sample")).toEqual(["starting", "ready", "stopped", "starting", "ready"]);
});

test("what outlives its leader is stopped before the leader is started again", async () => {
  const state = temporaryState();
  const stack = new Stack(state, [await fixtureService("forks-a-child", state, { restart: QUICK })]);
  await stack.up();
  await stack.untilReady("sample");
  const before = stack.marked("sample");
  expect(before).toHaveLength(2);
  process.kill(stack.pid("sample") ?? 0, "SIGKILL");
  await expect.poll(() => stack.report("sample")?.restarts).toBe(1);
  await stack.untilReady("sample");
  const after = stack.marked("sample");
  expect(after).toHaveLength(2);
  expect(after.some((pid) => before.includes(pid))).toBe(false);
});

test("a service of somebody else is watched, and waited for", async () => {
  const state = temporaryState();
  const foreign = await obedient(state, "foreign");
  const sample = await obedient(state, "sample", { dependsOn: ["foreign"] });
  const live = { probe: { kind: "tcp", timeoutMs: 500 }, everyMs: 100, failures: 1 } as const;
  const { name, ready, address } = foreign;
  const stack = new Stack(state, [sample], { watched: [{ name, ready, address, live }] });
  const other = new Stack(temporaryState(), [foreign]);
  await stack.up();
  await stack.untilPhase("foreign", "unhealthy");
  await other.up();
  await stack.untilReady("sample");
  await other.down();
  await stack.untilPhase("foreign", "unhealthy");
  expect(stack.events("foreign")).toEqual(["unreachable", "reachable", "unreachable"]);
});
