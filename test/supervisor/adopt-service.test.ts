import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { findListeners, type Listener } from "../../src/os/listening-ports.ts";
import { identify, isSameProcess } from "../../src/os/process-identity.ts";
import { adopt } from "../../src/supervisor/adopt-service.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import type { StateFolder } from "../../src/supervisor/state-folder.ts";
import { stopService } from "../../src/supervisor/stop-service.ts";
import {
  type AddressedSpec,
  byHand,
  eventually,
  fixture,
  fixtureService,
  freePort,
  listening,
  temporaryState,
} from "./helpers.ts";
import { startService } from "./start-service.ts";

async function listenerOn({ address }: AddressedSpec): Promise<Listener> {
  const [listener = expect.unreachable("nobody listens")] = await findListeners(address);
  return listener;
}

/** Why a listener is not taken over; nothing is written then. */
async function refusal(spec: AddressedSpec, state: StateFolder): Promise<string> {
  const error = await adopt(spec, state, await listenerOn(spec)).then(
    () => expect.unreachable("it must be refused"),
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ code: "not_adoptable", exitCode: 1 });
  expect(readdirSync(state.run)).toEqual([]);
  return error.message;
}

test("an adopted service runs, is recorded as such, and is stopped like another", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const { pid = 0 } = await byHand("serves-health", spec.address.port);
  const record = await adopt(spec, state, await listenerOn(spec));
  expect(record).toMatchObject({ pid, adopted: true, port: spec.address.port });
  expect(await inspectService(spec, state)).toMatchObject({
    state: "running",
    record,
    healthy: true,
    changed: false,
  });
  expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
  expect(identify(pid)).toBeUndefined();
  expect(readdirSync(state.run)).toEqual([]);
});

test("an adopted watcher is stopped with the child that listens", async () => {
  const state = temporaryState();
  const spec = await fixtureService("forks-a-child", state);
  const { pid } = await byHand("forks-a-child", spec.address.port);
  const listener = await listenerOn(spec);
  const record = await adopt(spec, state, listener);
  expect(record.pid).toBe(pid);
  expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
  expect([identify(record.pid), identify(listener.pid ?? 0)]).toEqual([undefined, undefined]);
});

test("who shares a process group with an adopted service is not stopped with it", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const neighbour = await freePort();
  const run = `"${process.execPath}" "${fixture("serves-health")}"`;
  // One script starts both, in one group: the one to be adopted, and one that has nothing to do with it.
  const script = `${run} & PORT=${neighbour} ${run} & wait`;
  const shell = await listening("/bin/sh", ["-c", script], spec.address.port);
  const beside = { host: "127.0.0.1", port: neighbour };
  await eventually(() => findListeners(beside)).toHaveLength(1);
  const record = await adopt(spec, state, await listenerOn(spec));
  await stopService(record, state);
  expect(isSameProcess(record)).toBe(false);
  expect(await findListeners(beside)).toHaveLength(1);
  expect(identify(shell.pid ?? 0)).toBeDefined();
});

test("an adopted service that leads a group which holds a stranger is stopped alone", async () => {
  const state = temporaryState();
  const run = `"${process.execPath}" "${fixture("serves-health")}"`;
  const spec = await fixtureService("serves-health", state);
  // The subshell ends, so that the sleep is nobody's child any more, and stays in the group.
  const script = `(sleep 600 & echo $! >&2); exec ${run}`;
  const leader = await listening("/bin/sh", ["-c", script], spec.address.port);
  const record = await adopt(spec, state, await listenerOn(spec));
  expect(record.pid).toBe(leader.pid);
  await stopService(record, state);
  expect(isSameProcess(record)).toBe(false);
  expect(() => process.kill(-record.pid, 0)).not.toThrow();
});

test("another program is refused, and both are named", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const { pid } = await byHand("stops-by-sigint-only", spec.address.port);
  const message = await refusal(spec, state);
  expect(message).toContain("it should run");
  expect(message).toContain("serves-health.js");
  expect(message).toContain(`Found pid ${pid}`);
});

test("a bad answer is refused, and told", async () => {
  const state = temporaryState();
  const spec = await fixtureService("answers-503", state);
  await byHand("answers-503", spec.address.port);
  expect(await refusal(spec, state)).toContain("/health should be answered well. Found pid");
});

test("what somebody else keeps alive is refused with the command that ends it", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const env = { SUPERVISOR_PROCESS_NAME: "hmi", SUPERVISOR_GROUP_NAME: "chat" };
  await byHand("serves-health", spec.address.port, env);
  expect(await refusal(spec, state)).toContain("`supervisorctl stop chat:hmi`");
});

test("a service of another stack is refused with the command that ends it", async () => {
  const [state, other] = [temporaryState(), temporaryState()];
  const spec = await fixtureService("serves-health", state);
  await startService(await fixtureService("serves-health", other, spec), other);
  expect(await refusal(spec, state)).toContain(`STACK_STATE_DIR=${other.root} stack down sample`);
});

test("one that shares its port is refused, and the other named", async () => {
  const state = temporaryState();
  const spec = await fixtureService("shares-its-port", state);
  const one = await byHand("shares-its-port", spec.address.port);
  const two = await byHand("shares-its-port", spec.address.port);
  await eventually(() => findListeners(spec.address)).toHaveLength(2);
  const { pid } = await listenerOn(spec);
  const other = [one, two].find((each) => each.pid !== pid);
  expect(await refusal(spec, state)).toContain(`shares it with pid ${other?.pid}`);
});

test("one that has gone meanwhile is refused", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const child = await byHand("serves-health", spec.address.port);
  const listener = await listenerOn(spec);
  child.kill("SIGKILL");
  await eventually(() => identify(child.pid ?? 0)).toBeUndefined();
  await expect(adopt(spec, state, listener)).rejects.toMatchObject({ code: "not_adoptable" });
});
