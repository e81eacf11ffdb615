import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { DoctorAnswer, LAST_DOCTOR_FILE, LastDoctorReport } from "../../src/contract/doctor-report.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import type { LadderReport } from "../../src/doctor/run-doctor.ts";
import {
  clearStack,
  isAlive,
  NEVER_RESTARTED,
  PATIENTLY,
  prepareStack,
  processesOf,
  rowsIn,
  runStack,
  type TestStack,
  testStack,
} from "../support/cli.ts";
import { brokenIn, rungOf } from "../support/doctor.ts";
import { call } from "../support/http.ts";
import { freePorts } from "../support/ports.ts";
import { tempFolder } from "../support/temp.ts";

/** A stack that no test harms. */
let healthy: TestStack;

beforeAll(async () => {
  healthy = await prepareStack();
  await healthy.up();
});

afterAll(() => clearStack(healthy));

test("every rung of a running stack holds: exit code 0, one line a rung, and nothing is left", async () => {
  const { exitCode, stdout, stderr } = await healthy.run("doctor");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^ {2}engine {4}✓ process \d+, started by `stack up`/);
  expect(lines.filter((line) => line.includes("✓"))).toHaveLength(23);
  expect(lines.at(-1)).toMatch(
    /^ {2}23 hold, 0 broken in \d+\.\d s\. All that was created has been deleted\.$/,
  );
  expect(rowsIn(healthy.database)).toEqual([]);
});

test("--json is the whole ladder", async () => {
  const { exitCode, report } = await doctor(healthy);
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({ ok: true, hmi: healthy.hmi, model: "llama3.1:8b", left_behind: [] });
  expect(rungOf(report, "engine/answers")).toEqual({
    id: "engine/answers",
    service: "engine",
    name: "answer",
    status: "holds",
    text: expect.stringContaining("its answers are scripted"),
    took_ms: expect.any(Number),
    waits_for: null,
    problem: null,
  });
});

test("the last ladder is kept for the page, with when it ended, readable by its owner alone", async () => {
  const file = join(healthy.stateDir, LAST_DOCTOR_FILE);
  const { report } = await doctor(healthy);
  const kept = LastDoctorReport.parse(JSON.parse(readFileSync(file, "utf8")));
  expect(kept).toEqual({ at: expect.any(String), ...report });
  expect(Math.abs(Date.parse(kept.at) - Date.now())).toBeLessThan(60_000);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("the HMI tells the last ladder, how old it is, and what was started since", async () => {
  const stack = await testStack();
  await stack.up();
  const lastLook = async () => {
    const { json } = await call(stack.hmi, hmiRoutes.doctor.path());
    return DoctorAnswer.parse(json).last;
  };
  expect(await lastLook()).toBeNull();
  const { report } = await doctor(stack);
  expect(await lastLook()).toEqual({
    report: { at: expect.any(String), ...report },
    age_s: expect.any(Number),
    started_since: [],
  });
  expect((await stack.run("restart", "gateway")).exitCode).toBe(0);
  expect(await lastLook()).toMatchObject({ started_since: ["gateway"] });

  const file = join(stack.stateDir, LAST_DOCTOR_FILE);
  const kept = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...kept, at: new Date(Date.now() - 720_000).toISOString() }));
  expect(Math.abs(((await lastLook())?.age_s ?? 0) - 720)).toBeLessThan(60);
  writeFileSync(file, JSON.stringify({ ...kept, rungs: "none" }));
  expect(await lastLook()).toBeNull();
});

test("of a stack that is not kept here, nothing is written", async () => {
  const file = join(healthy.stateDir, LAST_DOCTOR_FILE);
  rmSync(file, { force: true });
  await doctor(healthy, {}, "--hmi", healthy.hmi);
  await doctor(healthy, {}, "--contract", "ollama", "--engine", healthy.engine);
  expect(existsSync(file)).toBe(false);

  const stopped = await testStack();
  expect((await doctor(stopped)).exitCode).toBe(1);
  expect(existsSync(stopped.stateDir)).toBe(false);
});

test("status --deep shows the ladder under the status", async () => {
  const { exitCode, stdout } = await healthy.run("status", "--deep");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /^ {2}service +state .+\n {2}engine +healthy .+\n.+\n.+\n\n.+\n\n {2}engine +✓ process /,
  );
  const { json } = await healthy.json("status", "--deep");
  expect(json).toMatchObject({ ok: true, ladder: { ok: true } });
});

test("a model that the engine lacks: what stands in for it is told, and judged", async () => {
  const { exitCode, stdout } = await runStack(
    ["doctor"],
    withEnv(healthy, { STACK_CHAT_MODEL: "Claude Sonnet 4" }),
  );
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    '            ✓ does not have the configured model "Claude Sonnet 4": llama3.1:8b, the first that it lists, stands in',
  );
  expect(stdout).not.toContain("not tried");
});

test("another token is named where it is refused, and is not shown", async () => {
  const stack = await testStack({ STACK_AUTH_TOKEN: "right-token" });
  await stack.up();
  expect((await doctor(stack)).exitCode).toBe(0);
  const { exitCode, stdout } = await runStack(
    ["doctor"],
    withEnv(stack, { STACK_AUTH_TOKEN: "wrong-token" }),
  );
  expect(exitCode).toBe(1);
  expect(stdout.match(/✗ refuses our token: 401/g)).toHaveLength(2);
  expect(stdout).not.toContain("wrong-token");
});

test.each(["engine", "gateway"] as const)("a killed %s is found by its record", async (name) => {
  const stack = await testStack();
  await stack.up();
  // Whoever saw it end would start it again.
  for (const supervisor of processesOf(stack.stateDir, "supervisor")) process.kill(supervisor, "SIGKILL");
  const pid = stack.pids()[name] ?? 0;
  process.kill(pid, "SIGKILL");
  await expect.poll(() => isAlive(pid), PATIENTLY).toBe(false);
  const { exitCode, report } = await doctor(stack);
  expect(exitCode).toBe(1);
  expect(brokenIn(report)).toEqual({ [`${name}/process`]: "stale_record" });
  expect(rungOf(report, `${name}/process`)).toMatchObject({
    text: `no process: its record names pid ${pid}, which is gone`,
    problem: { next: "stack up" },
  });
  expect(rungOf(report, "hmi/reply").waits_for).toBe(`${name}/process`);
});

test("a service that ended and is not started again: how it ended is told", async () => {
  const stack = await testStack({}, NEVER_RESTARTED);
  await stack.up();
  process.kill(stack.pids().gateway ?? 0, "SIGKILL");
  await expect.poll(() => stack.pids().gateway, PATIENTLY).toBeUndefined();
  const { report } = await doctor(stack);
  expect(brokenIn(report)).toEqual({ "gateway/process": "not_running" });
  expect(rungOf(report, "gateway/process").problem).toMatchObject({
    cause: expect.stringMatching(/^It has been down for \d+ s: it was ended by SIGKILL\./),
    next: "stack logs gateway",
  });
});

test("a stack that was never started: each service says so, and nothing else is tried", async () => {
  const stack = await testStack();
  const { exitCode, report } = await doctor(stack);
  expect(exitCode).toBe(1);
  const services = ["engine", "gateway", "hmi"];
  expect(brokenIn(report)).toEqual(
    Object.fromEntries(services.map((name) => [`${name}/process`, "not_running"])),
  );
});

test("a stranger on the HMI's port is named with its pid, program, folder and what ends it", async () => {
  const folder = tempFolder({ "hmi_app.mjs": LISTENS_OR_IDLES });
  const [port = 0] = await freePorts(1);
  const pid = await startProgram(folder, port);
  const { report } = await doctor(healthy, {
    STACK_HMI_PORT: String(port),
    STACK_STATE_DIR: join(folder, "state"),
  });
  expect(rungOf(report, "hmi/process")).toMatchObject({
    text: expect.stringMatching(
      new RegExp(`is taken by pid ${pid}, .*node hmi_app\\.mjs, started \\d+ s ago in ${folder}$`),
    ),
    problem: {
      code: "port_taken",
      cause: expect.stringContaining(`To have it run here, end it first: \`kill ${pid} && stack up\`.`),
      next: `stack doctor --hmi http://127.0.0.1:${port}`,
    },
  });
});

test.runIf(process.platform === "linux")("who keeps the stranger alive is named, also by up", async () => {
  const folder = tempFolder({ "hmi_app.mjs": LISTENS_OR_IDLES });
  const [port = 0] = await freePorts(1);
  await startProgram(folder, port, { PM2_HOME: folder, pm_id: "3", name: "webui" });
  const stack = { STACK_HMI_PORT: String(port), STACK_STATE_DIR: join(folder, "state") };
  const { report } = await doctor(healthy, stack);
  expect(rungOf(report, "hmi/process").problem?.cause).toContain("`pm2 delete webui && stack up`");
  const up = await runStack(["up", "--detach"], withEnv(healthy, stack));
  expect(up.exitCode).toBe(1);
  expect(up.stderr).toContain("It is kept alive by pm2 as webui: `pm2 delete webui` stops it for good.");
});

test("a second HMI that owns no port is found beside the one that does", async () => {
  const folder = tempFolder({ "hmi_app.mjs": LISTENS_OR_IDLES });
  const [port = 0] = await freePorts(1);
  const owner = await startProgram(folder, port);
  const duplicate = await startProgram(folder, port);
  const { report } = await doctor(healthy, {}, "--hmi", `http://127.0.0.1:${port}`);
  expect(brokenIn(report)).toEqual({ "hmi/process": "duplicate" });
  expect(rungOf(report, "hmi/process")).toMatchObject({
    text: expect.stringMatching(
      new RegExp(
        `^2 processes run the same program: pid ${owner}, .+ owns port ${port}; pid ${duplicate}, .+ owns none$`,
      ),
    ),
    problem: { next: `kill ${duplicate}` },
  });
});

test("two listeners on the HMI's port are both named", async () => {
  const folder = tempFolder({ "hmi_app.mjs": LISTENS_OR_IDLES });
  const [port = 0] = await freePorts(1);
  const pids = [
    await startProgram(folder, port, { HOW: "shared" }),
    await startProgram(folder, port, { HOW: "shared" }),
  ];
  const { report } = await doctor(healthy, {}, "--hmi", `http://127.0.0.1:${port}`);
  expect(brokenIn(report)).toEqual({ "hmi/port": "second_listener" });
  for (const pid of pids) expect(rungOf(report, "hmi/port").text).toContain(`pid ${pid}, `);
});

test("an engine on another machine is asked there, and its process is not looked for here", async () => {
  const stack = await testStack();
  const { report } = await doctor(stack, { STACK_ENGINE_URL: "http://ollama.invalid:11434" });
  expect(rungOf(report, "engine/process").status).toBe("skipped");
  expect(rungOf(report, "engine/answers").problem).toMatchObject({
    code: "no_answer",
    cause: "Nothing listens there: it is not running, or the address is wrong.",
  });
});

test("a URL that is none is refused before anything is looked at", async () => {
  const { exitCode, stderr } = await healthy.run("doctor", "--hmi", "localhost");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("is not an http:// or https:// URL");
});

/** `stack doctor --json`. */
async function doctor(
  stack: TestStack,
  env: Record<string, string> = {},
  ...flags: string[]
): Promise<{ exitCode: number | undefined; report: LadderReport }> {
  const { exitCode, stdout } = await runStack(["doctor", "--json", ...flags], withEnv(stack, env));
  return { exitCode, report: JSON.parse(stdout) };
}

function withEnv({ cwd, env }: TestStack, more: Record<string, string>) {
  return { cwd, env: { ...env, ...more } };
}

/** Answers as the HMI where it gets the port; lives on without one, as a second HMI does. */
const LISTENS_OR_IDLES = `
  import { createServer } from "node:http";
  const ready = () => console.log(process.pid);
  const health = JSON.stringify({ status: "ok", service: "hmi" });
  const server = createServer((_, response) => response.end(health));
  server.on("error", () => { setInterval(() => {}, 1000); ready(); });
  const { PORT, HOW } = process.env;
  server.listen({ port: Number(PORT), host: "127.0.0.1", reusePort: HOW === "shared" }, ready);
`;

/** Started by a shell, as by a person; its pid. Ended with the test. */
async function startProgram(cwd: string, port: number, env: Record<string, string> = {}): Promise<number> {
  writeFileSync(join(cwd, "start.sh"), `"${process.execPath}" hmi_app.mjs & wait`);
  const shell = spawn("/bin/sh", ["start.sh"], {
    cwd,
    env: { PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = Number((await once(shell.stdout, "data"))[0]);
  onTestFinished(async () => {
    process.kill(pid, "SIGKILL");
    if (shell.exitCode === null && shell.signalCode === null) await once(shell, "exit");
  });
  return pid;
}
