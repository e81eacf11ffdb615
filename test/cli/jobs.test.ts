import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { UpStep } from "../../src/launch/up-step-reporter.ts";
import { PATH, PATIENTLY, processesOf, recordsIn, type TestStack, testStack } from "../support/cli.ts";

/** A job that says when it runs, and a program that waits for it. */
const configOf = (job: string, more = ""): string => `
services:
  migrate:
    kind: job
    command: [sh, -c, ${JSON.stringify(job)}]${more}
  worker:
    command: [sh, -c, "echo up; exec sleep 1000"]
    depends_on: [migrate]
    ready: { log: up }
`;
const COUNTS = "echo run >> runs; echo migrating";
const FILE = "stack.config.yaml";

const runsOf = ({ cwd }: TestStack): number =>
  existsSync(join(cwd, "runs")) ? readFileSync(join(cwd, "runs"), "utf8").split("\n").length - 1 : 0;

/** With the programs of the system. */
const jobStack = (config: string): Promise<TestStack> => testStack({ PATH: `${PATH}:/usr/bin:/bin` }, config);

async function statusOf(stack: TestStack) {
  const { services, supervisor } = await stack.status();
  const of = (name: string) => services.find((service) => service.name === name);
  return { migrate: of("migrate"), worker: of("worker"), supervisor };
}

test("what depends on a job starts once it is done, and a second up does not run it again", async () => {
  const stack = await jobStack(configOf(`sleep 0.3; ${COUNTS}`));
  const up = await stack.run("up", "--detach");
  expect(up).toMatchObject({ exitCode: 0, stderr: "" });
  expect(up.stdout).toMatch(/^ {2}migrate +job +done in 0\.[3-9] s\n {2}worker +command +ready /);
  expect((await stack.run("status")).exitCode).toBe(0);
  const { migrate, worker } = await statusOf(stack);
  expect(migrate).toMatchObject({
    state: "done",
    kind: "job",
    pid: null,
    detail: expect.stringMatching(/^it ran for 0\.\d s$/),
    last_exit: { code: 0, reason: "it exited with code 0", at: expect.any(String) },
  });
  expect(worker?.state).toBe("healthy");
  expect(recordsIn(stack.stateDir)).not.toContain("migrate.json");
  const again = await stack.json("up", "--detach");
  expect((again.json as { services: UpStep[] }).services).toMatchObject([
    { name: "migrate", state: "done", ready_ms: null },
    { name: "worker", state: "running" },
  ]);
  expect((await stack.run("up", "--dry-run")).stdout).toMatch(/migrate.*it is done/);
  expect(runsOf(stack)).toBe(1);
  expect((await stack.run("events", "--service", "migrate")).stdout).toMatch(/is done/);
});

test("restart, a changed configuration, and a new life of the stack run a job again", async () => {
  const stack = await jobStack(configOf(COUNTS));
  await stack.run("up", "--detach");
  expect((await stack.run("restart", "migrate")).stdout).toMatch(/migrate +job +done in/);
  expect(runsOf(stack)).toBe(2);
  writeFileSync(join(stack.cwd, FILE), configOf(`${COUNTS}; true`));
  expect((await statusOf(stack)).migrate?.state).not.toBe("healthy");
  await stack.run("up", "--detach");
  expect(runsOf(stack)).toBe(3);
  // The supervisor is another one by now, and knows.
  await stack.run("up", "--detach");
  expect(runsOf(stack)).toBe(3);
  await stack.run("down");
  expect((await statusOf(stack)).migrate?.state).toBe("stopped");
  await stack.run("up", "--detach");
  expect(runsOf(stack)).toBe(4);
});

test("a job that fails is told with its last lines, and what waits for it does not start", async () => {
  const stack = await jobStack(configOf("echo no such table >&2; exit 3"));
  const { exitCode, stderr } = await stack.run("up", "--detach");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^✗ migrate failed: it exited with code 3\.\n/);
  expect(stderr).toContain("no such table");
  expect(existsSync(join(stack.stateDir, "log", "worker.log"))).toBe(false);
  expect(processesOf(stack.stateDir)).toEqual([]);
});

test("a job that failed is seen by status, and is run again by up", async () => {
  const stack = await jobStack(configOf("test -e ready || exit 3"));
  await stack.run("up", "--detach", "--no-wait");
  await expect.poll(async () => (await statusOf(stack)).migrate?.state, PATIENTLY).toBe("failed");
  expect((await stack.run("status")).exitCode).toBe(1);
  const { migrate, worker } = await statusOf(stack);
  expect(migrate?.detail).toBe("migrate failed: it exited with code 3.");
  expect(worker).toMatchObject({ state: "waiting", detail: expect.stringContaining("migrate") });
  appendFileSync(join(stack.cwd, "ready"), "");
  expect((await stack.run("up", "--detach")).exitCode).toBe(0);
  expect((await statusOf(stack)).worker?.state).toBe("healthy");
});

test("with restart: on-failure a job is tried again, and is done when it ends well", async () => {
  const job = `${COUNTS}; test $(wc -l < runs) -ge 3`;
  const stack = await jobStack(configOf(job, "\n    restart: { policy: on-failure, backoff_ms: 20 }"));
  expect((await stack.run("up", "--detach")).exitCode).toBe(0);
  expect(runsOf(stack)).toBe(3);
  expect((await statusOf(stack)).migrate).toMatchObject({ state: "done", restarts: 2 });
});

test("a job that runs is stopped by down, and takes start_timeout_ms at most", async () => {
  const stack = await jobStack(configOf("echo begun; exec sleep 1000"));
  await stack.run("up", "--detach", "--no-wait");
  await expect.poll(async () => (await statusOf(stack)).migrate?.state, PATIENTLY).toBe("running");
  expect((await stack.run("down")).stdout).toMatch(/migrate +stopped +pid \d+/);
  expect(processesOf(stack.stateDir)).toEqual([]);
  writeFileSync(join(stack.cwd, FILE), configOf("exec sleep 1000", "\n    start_timeout_ms: 200"));
  const late = await stack.run("up", "--detach");
  expect(late.stderr).toMatch(/^✗ migrate failed: it was not done after 200 ms \(start_timeout_ms\)\.\n/);
});

test("what a job leaves running is stopped with it", async () => {
  const stack = await jobStack(configOf("sleep 1000 & echo done"));
  expect((await stack.run("up", "migrate", "--detach")).exitCode).toBe(0);
  const names = processesOf(stack.stateDir).map((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim());
  expect(names).not.toContain("sleep");
});

test("a job whose end nobody saw is run again", async () => {
  // It ends only once its supervisor is gone, however slow the machine.
  const stack = await jobStack(configOf(`${COUNTS}; until [ -f end ]; do sleep 0.05; done`));
  await stack.run("up", "--detach", "--no-wait");
  await expect.poll(() => runsOf(stack), PATIENTLY).toBe(1);
  process.kill((await statusOf(stack)).supervisor?.pid ?? Number.NaN, "SIGKILL");
  writeFileSync(join(stack.cwd, "end"), "");
  expect((await stack.run("up", "--detach")).exitCode).toBe(0);
  expect(runsOf(stack)).toBe(2);
  expect((await statusOf(stack)).migrate?.state).toBe("done");
});

test("jobs alone in the foreground: up ends when they are done", async () => {
  const stack = await jobStack(configOf(COUNTS));
  expect(await stack.run("up", "migrate")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Done"),
  });
});
