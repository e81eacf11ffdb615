import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StackStatus } from "../../src/launch/stack-status.ts";
import { PATIENTLY, type TestStack, testStack } from "../support/cli.ts";
import { onTerminal } from "../support/terminal.ts";

test("each service has its usage, and the supervisor is named", async () => {
  const stack = await testStack();
  await stack.up();
  const { supervisor, services } = (await stack.json("status")).json as StackStatus;
  expect(supervisor?.pid).toBe(supervisorPid(stack));
  expect(services.map(({ name }) => name)).toEqual(["engine", "gateway", "hmi"]);
  for (const { usage, restarts, last_exit } of services) {
    expect(usage).toMatchObject({ processes: 1 });
    expect(usage?.cpu_ms).toBeGreaterThan(0);
    expect(usage?.memory_bytes).toBeGreaterThan(10 * 1024 * 1024);
    expect({ restarts, last_exit }).toEqual({ restarts: 0, last_exit: null });
  }
});

test("a service that crashed is told with its restart and how it ended", async () => {
  const stack = await testStack();
  await stack.up();
  process.kill(stack.pids().gateway ?? 0, "SIGKILL");
  await expect
    .poll(async () => (await stack.status()).services[1], PATIENTLY)
    .toMatchObject({ state: "healthy", restarts: 1, last_exit: { signal: "SIGKILL" } });
  const { stdout } = await stack.run("status");
  expect(stdout).toMatch(/gateway: restarted once; last exit \d+ s ago: it was ended by SIGKILL/);
});

test("services whose supervisor is gone are told to be unwatched, until `stack up`", async () => {
  const stack = await testStack();
  await stack.up();
  process.kill(supervisorPid(stack), "SIGKILL");
  await expect.poll(async () => (await stack.status()).supervisor, PATIENTLY).toBeNull();
  const unwatched = await stack.run("status");
  expect(unwatched).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Nobody watches these") });
  await stack.up();
  expect((await stack.run("status")).stdout).not.toContain("Nobody watches");
});

test("with names status is of these services alone, and so is its exit code", async () => {
  const stack = await testStack();
  await stack.up();
  await stack.run("down", "hmi");
  expect((await stack.run("status")).exitCode).toBe(1);
  const gateway = await stack.run("status", "gateway");
  expect(gateway).toMatchObject({ exitCode: 0, stderr: "" });
  expect(gateway.stdout.split("\n")[1]).toMatch(/^ {2}gateway +healthy/);
  expect(gateway.stdout).not.toMatch(/^ {2}(?:engine|hmi) /m);
  const { exitCode, json } = await stack.json("status", "hmi", "engine");
  expect(exitCode).toBe(1);
  expect((json as StackStatus).services.map(({ name }) => name)).toEqual(["engine", "hmi"]);
  expect(await stack.run("status", "gatway")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Did you mean "gateway"?'),
  });
});

test("under --watch --json each look is a line, and Ctrl-C is a good end", async () => {
  const stack = await testStack();
  const watch = stack.start("status", "--watch", "--json");
  await watch.said("\n{");
  watch.kill("SIGINT");
  const { exitCode, stdout } = await watch.ended;
  expect(exitCode).toBe(0);
  const [first, second] = stdout.split("\n").map((line) => JSON.parse(line) as StackStatus);
  expect(Date.parse(second?.time ?? "")).toBeGreaterThan(Date.parse(first?.time ?? ""));
});

test("--watch without a terminal says what to do instead", async () => {
  const stack = await testStack();
  const { exitCode, stdout, stderr } = await stack.run("status", "--watch");
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("add --json");
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["q", "q"],
])("on a terminal --watch is a live screen, and %s gives the terminal back", async (_, key) => {
  const stack = await testStack();
  const { output, type, ended } = onTerminal(stack, "status", "--watch");
  await expect.poll(() => output().split("\u001b[H").length - 1, PATIENTLY).toBeGreaterThan(1);
  type(key);
  expect(await ended).toBe(0);
  const [live = "", after = ""] = output().split("\u001b[?25h\u001b[?1049l");
  expect(live.startsWith("\u001b[?1049h")).toBe(true);
  expect(after).toContain("stopped");
});

function supervisorPid({ stateDir }: TestStack): number {
  return Number(readFileSync(join(stateDir, "run", "supervisor.pid"), "utf8"));
}
