import { expect, test } from "vitest";
import {
  isAlive,
  NEVER_RESTARTED,
  PATH_WITH_OLLAMA,
  PATIENTLY,
  processesOf,
  recordsIn,
  testStack,
} from "../support/cli.ts";

const STARTED_AGAIN = "Stopped again what this call had started: engine, gateway, hmi.";

test.each(["SIGINT", "SIGTERM"] as const)("%s to up in the foreground stops all three", async (signal) => {
  const stack = await testStack();
  const up = stack.start("up");
  await up.said("Ctrl-C stops all three.");
  expect((await stack.run("status")).exitCode).toBe(0);
  up.kill(signal);
  const { exitCode, stdout, stderr } = await up.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("Stopped engine, gateway, hmi.");
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
});

test("up in the foreground ends well when stack down stops its services", async () => {
  const stack = await testStack();
  const up = stack.start("up");
  await up.said("Ctrl-C stops all three.");
  expect((await stack.run("down")).exitCode).toBe(0);
  const { exitCode, stdout, stderr } = await up.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("Stopped by another command.");
});

test("Ctrl-C while a service starts stops it, with exit code 130", async () => {
  const stack = await testStack({ PATH: PATH_WITH_OLLAMA, FIXTURE_NEVER_READY: "1" });
  const up = stack.start("up");
  await expect.poll(() => stack.pids().engine, PATIENTLY).toBeDefined();
  up.kill("SIGINT");
  const { exitCode, stderr } = await up.ended;
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: `✗ Interrupted.\n  ${STARTED_AGAIN}` });
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
});

test("when up itself is killed, the services live on, and the next up and down know them", async () => {
  const stack = await testStack();
  const up = stack.start("up");
  await up.said("Ctrl-C stops all three.");
  const pids = stack.pids();
  up.kill("SIGKILL");
  await up.ended;
  expect(Object.values(pids).every(isAlive)).toBe(true);
  expect((await stack.run("up")).stdout).toContain("Everything was running already.");
  expect(stack.pids()).toEqual(pids);
  expect((await stack.run("down")).exitCode).toBe(0);
  expect(Object.values(pids).filter(isAlive)).toEqual([]);
});

test.each(["engine", "gateway", "hmi"] as const)(
  "when the %s dies, it is started again, and up in the foreground says so",
  async (name) => {
    const stack = await testStack();
    const up = stack.start("up");
    await up.said("Ctrl-C stops all three.");
    const pid = stack.pids()[name] ?? 0;
    process.kill(pid, "SIGKILL");
    // Or that it was, where the machine is so busy that its pause went by between two looks.
    await up.said(`${name} ended: it was ended by SIGKILL. It `);
    await up.said(`${name} is ready again.`);
    expect(stack.pids()[name]).not.toBe(pid);
    up.kill("SIGINT");
    expect(await up.ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(processesOf(stack.stateDir)).toEqual([]);
  },
  30_000,
);

test("a service that is given up takes up in the foreground down with it, which says why", async () => {
  const stack = await testStack(
    {},
    NEVER_RESTARTED.replace("hmi, restart: no", "hmi, restart: { policy: always, limit: 1, backoff_ms: 10 }"),
  );
  const up = stack.start("up");
  await up.said("Ctrl-C stops all three.");
  process.kill(stack.pids().hmi ?? 0, "SIGKILL");
  await up.said("hmi is ready again.");
  process.kill(stack.pids().hmi ?? 0, "SIGKILL");
  const { exitCode, stderr } = await up.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^✗ hmi was given up, because .+ Last: it was ended by SIGKILL\./);
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
});
