import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { StackStatus } from "../../src/launch/stack-status.ts";
import {
  isAlive,
  PATIENTLY,
  processesOf,
  recordsIn,
  runStack,
  type TestStack,
  testStack,
} from "../support/cli.ts";
import { freePorts } from "../support/ports.ts";

/** Two programs of the user's, of which one needs the other. */
const configOf = (api: number, web: number, more = ""): string => `
services:
  web:
    command: ${JSON.stringify([process.execPath, program("serves-health")])}
    port: ${web}
    depends_on: [api]
    ready: { http: /, json: { status: ok } }
  api:
    command: ${JSON.stringify([process.execPath, program("serves-health")])}
    port: ${api}
    ready: { http: / }
    restart: { policy: on-failure, backoff_ms: 50 }${more}
`;

test("services of the user's start after what they need, and stop in the other order", async () => {
  const { stack } = await userStack();
  const up = await stack.run("up", "--detach");
  expect(up).toMatchObject({ exitCode: 0, stderr: "" });
  expect(up.stdout).toMatch(/^ {2}api +command +http:\S+ +ready .+\n {2}web +command +http:\S+ +ready /);
  const down = await stack.run("down");
  expect(down.stdout).toMatch(/^ {2}web +stopped +pid \d+\n {2}api +stopped +pid \d+$/);
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
});

test("an HMI of the user's is told with a page that it has", async () => {
  const config = `services:
  hmi: { command: ${JSON.stringify([process.execPath, program("serves-health")])}, ready: { http: / } }`;
  const stack = await testStack({}, config);
  const up = await stack.run("up", "--detach");
  expect(up).toMatchObject({ exitCode: 0, stderr: "" });
  expect(up.stdout).toContain(`  Chat at ${stack.hmi}\n`);
});

test("up and down of one service: what it needs comes with it, and the others are left", async () => {
  const { stack } = await userStack();
  expect((await stack.run("up", "api", "--detach")).exitCode).toBe(0);
  expect(await statesOf(stack)).toEqual({ web: "stopped", api: "healthy" });
  await stack.run("up", "web", "--detach");
  expect(await statesOf(stack)).toEqual({ web: "healthy", api: "healthy" });
  await stack.run("down", "api");
  expect(await statesOf(stack)).toMatchObject({ api: "stopped" });
});

test("--dry-run says what would be done, and does nothing", async () => {
  const { stack } = await userStack();
  const { exitCode, json } = await stack.json("up", "--dry-run");
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    dry_run: true,
    services: [
      {
        name: "api",
        action: "start",
        reason: "it does not run",
        command: expect.stringContaining("serves-health"),
      },
      { name: "web", action: "start" },
    ],
  });
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
});

test("restart gives one service another process, and leaves the others", async () => {
  const { stack } = await userStack();
  await stack.up();
  const before = await pidsOf(stack);
  const { exitCode, stdout } = await stack.run("restart", "api");
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^ {2}api +command .+ ready /),
  });
  const after = await pidsOf(stack);
  expect(after["web"]).toBe(before["web"]);
  expect(after["api"]).not.toBe(before["api"]);
  expect(isAlive(before["api"])).toBe(false);
  const { services } = await stack.status();
  expect(services.find(({ name }) => name === "api")?.restarts).toBe(0);
});

test("up starts again what was started by another configuration, and leaves the rest", async () => {
  const { stack, api, web } = await userStack();
  await stack.up();
  const before = await pidsOf(stack);
  writeFileSync(join(stack.cwd, "stack.config.yaml"), configOf(api, web, "\n    env: { GREETING: hello }"));
  const { json } = await stack.json("up", "--detach");
  expect(json).toMatchObject({
    services: [
      { name: "web", state: "running" },
      { name: "api", state: "restarted", reason: "its configuration has changed" },
    ],
  });
  const after = await pidsOf(stack);
  expect(after["web"]).toBe(before["web"]);
  expect(after["api"]).not.toBe(before["api"]);
});

test("a service that ends by itself is started again while nobody looks on, and what happened is told", async () => {
  const { stack } = await userStack();
  await stack.up();
  const before = (await pidsOf(stack))["api"] ?? 0;
  process.kill(before, "SIGKILL");
  const api = async () => (await stack.status()).services.find(({ name }) => name === "api");
  await expect.poll(async () => (await api())?.restarts, PATIENTLY).toBe(1);
  await expect.poll(async () => (await api())?.state, PATIENTLY).toBe("healthy");
  expect((await api())?.last_exit).toMatchObject({
    code: null,
    signal: "SIGKILL",
    reason: "it was ended by SIGKILL",
  });
  const events = (await stack.run("events")).stdout;
  expect(events).toMatch(/api .*SIGKILL/);
});

test("when the supervisor is killed, services live on, status says so, and up brings it back", async () => {
  const { stack } = await userStack();
  await stack.up();
  const before = await pidsOf(stack);
  const [supervisor = 0] = processesOf(stack.stateDir, "supervisor");
  process.kill(supervisor, "SIGKILL");
  await expect.poll(() => isAlive(supervisor), PATIENTLY).toBe(false);
  const status = await stack.run("status");
  expect(status.exitCode).toBe(0);
  expect(status.stdout).toContain("`stack up`");
  expect((await stack.run("up")).stdout).toContain("Everything was running already.");
  expect(await pidsOf(stack)).toEqual(before);
  expect(processesOf(stack.stateDir, "supervisor")).toHaveLength(1);
});

test("down stops a service that is no longer configured", async () => {
  const { stack, api, web } = await userStack();
  await stack.up();
  writeFileSync(join(stack.cwd, "stack.config.yaml"), configOf(api, web).replace("  web:", "  page:"));
  expect((await stack.run("down", "web")).stdout).toMatch(/web +stopped/);
  expect((await stack.run("down")).exitCode).toBe(0);
  expect(processesOf(stack.stateDir)).toEqual([]);
});

test("a copy of a folder, made while its stack runs, has no power over it", async () => {
  const { stack } = await userStack();
  await stack.up();
  const before = await pidsOf(stack);
  const copy = join(stack.cwd, "copy");
  cpSync(stack.stateDir, copy, { recursive: true });
  const there = { cwd: stack.cwd, env: { ...stack.env, STACK_STATE_DIR: copy } };
  expect((await runStack(["down"], there)).stdout).toMatch(/web +was not running\n +api +was not running/);
  expect((await runStack(["up", "--detach"], there)).stderr).toContain("which is taken by pid");
  expect(await pidsOf(stack)).toEqual(before);
  expect(processesOf(stack.stateDir, "supervisor")).toHaveLength(1);
});

test("a program of the user's does not keep its compiled code where ours is kept", async () => {
  const { stack } = await userStack();
  await stack.up();
  const { api } = await pidsOf(stack);
  const environment = readFileSync(`/proc/${api}/environ`, "utf8").split("\0");
  expect(environment).toContain("STACK_SERVICE=api");
  expect(environment.filter((line) => line.startsWith("NODE_COMPILE_CACHE="))).toEqual([]);
});

test("down stops what runs although the configuration has a mistake by now", async () => {
  const { stack } = await userStack();
  await stack.up();
  writeFileSync(join(stack.cwd, "stack.config.yaml"), "services: [");
  expect((await stack.run("up")).exitCode).toBe(2);
  const down = await stack.run("down");
  expect(down.exitCode).toBe(0);
  expect(down.stderr).toMatch(/The configuration has (?:.|\n)*So this goes by what is in .*\.stack\.$/);
  // Dependents first, although only the records tell of them.
  expect(down.stdout).toMatch(/^ {2}web +stopped +pid \d+\n {2}api +stopped +pid \d+$/);
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(await stack.run("down")).toMatchObject({ exitCode: 0, stdout: "  Nothing is recorded as running." });
});

test("with a mistake in the configuration, or without its .env, what runs is still shown", async () => {
  const { stack, api, web } = await userStack();
  await stack.up();
  const file = join(stack.cwd, "stack.config.yaml");
  for (const broken of ["services: [", `${configOf(api, web)}\n    env_files: none.env\n`]) {
    writeFileSync(file, broken);
    const status = await stack.json("status");
    expect(status.exitCode).toBe(1);
    expect((status.json as StackStatus).services).toMatchObject([
      { name: "api", state: "healthy", pid: expect.any(Number) },
      { name: "web", state: "healthy", pid: expect.any(Number) },
    ]);
    expect((await stack.run("status")).stderr).toContain("So this goes by what is in ");
    const events = await stack.run("events");
    expect(events).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("ready") });
    expect((await stack.run("logs")).exitCode).toBe(0);
  }
});

test("what runs and is no longer configured is shown by status", async () => {
  const { stack, api, web } = await userStack();
  await stack.up();
  const config = configOf(api, web);
  writeFileSync(join(stack.cwd, "stack.config.yaml"), `services:${config.slice(config.indexOf("\n  api:"))}`);
  expect(await statesOf(stack)).toEqual({ api: "healthy", web: "unconfigured" });
  expect((await stack.run("status")).stdout).toContain("`stack down web` stops it");
});

test("somebody else's service that is late is waited for", async () => {
  const { stack, api, web } = await userStack();
  const [port = 0] = await freePorts(1);
  const other = `\n  other: { url: "http://127.0.0.1:${port}" }\n`;
  const needy = configOf(api, web).replace("depends_on: [api]", "depends_on: [api, other]");
  writeFileSync(join(stack.cwd, "stack.config.yaml"), needy + other);
  const up = stack.start("up", "--detach");
  await expect.poll(async () => (await statesOf(stack))["web"], PATIENTLY).toBe("waiting");
  const server = createServer((_, answer) => answer.end()).listen(port, "127.0.0.1");
  onTestFinished(() => void server.close());
  expect(await up.ended).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await statesOf(stack)).toEqual({ api: "healthy", other: "external", web: "healthy" });
});

test("who needs somebody else's service that does not answer in time is not started, and told why", async () => {
  const { stack, api, web } = await userStack();
  const [port = 0] = await freePorts(1);
  const other = `\n  other: { url: "http://127.0.0.1:${port}", start_timeout_ms: 500 }\n`;
  const needy = configOf(api, web).replace("depends_on: [api]", "depends_on: [api, other]");
  writeFileSync(join(stack.cwd, "stack.config.yaml"), needy + other);
  const up = await stack.run("up", "--detach");
  expect(up.exitCode).toBe(1);
  expect(up.stderr).toContain(
    `✗ web needs other, which did not answer at http://127.0.0.1:${port} for 0.5 s: connection refused.`,
  );
  expect(up.stderr).toContain("Stopped again what this call had started: api, web.");
  expect(processesOf(stack.stateDir)).toEqual([]);

  writeFileSync(join(stack.cwd, "stack.config.yaml"), configOf(api, web) + other);
  const alone = await stack.json("up", "--detach");
  expect(alone.exitCode).toBe(1);
  expect((alone.json as { services: object[] }).services).toContainEqual(
    expect.objectContaining({ name: "other", state: "unreachable" }),
  );
});

test("what no service reads is changed without a restart", async () => {
  const stack = await testStack({}, "chat: { agent: architect }");
  await stack.up();
  const pids = stack.pids();
  writeFileSync(
    join(stack.cwd, "stack.config.yaml"),
    "contract: { driver: seeds }\nmonitor: { webhook_url: http://127.0.0.1:9 }",
  );
  expect((await stack.run("up", "--detach")).stdout.match(/running already +pid/g)).toHaveLength(3);
  expect(stack.pids()).toEqual(pids);
});

test("a service that is not there is refused, with the one that was meant", async () => {
  const { stack } = await userStack();
  for (const command of ["up", "down", "restart"]) {
    const { exitCode, stderr } = await stack.run(command, "wed");
    expect(exitCode).toBe(2);
    expect(stderr).toBe('✗ There is no service "wed".\n  Did you mean "web"? Services: web, api.');
  }
});

test("with --timeout a service that takes longer is given up, and nothing is left", async () => {
  const { stack, api, web } = await userStack();
  const config = configOf(api, web).replace("ready: { http: / }", "ready: { http: /, status: 204 }");
  writeFileSync(join(stack.cwd, "stack.config.yaml"), config);
  const { exitCode, stderr } = await stack.run("up", "--detach", "--timeout", "1");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("✗ The services were not ready within 1 s (--timeout).");
  expect(processesOf(stack.stateDir)).toEqual([]);
});

test("a program that was started by hand is named, and taken over or replaced when asked to", async () => {
  const { stack, api } = await userStack();
  const byHand = await startByHand(stack, api);
  const refused = await stack.run("up", "--detach");
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(`pid ${byHand}`);
  expect(refused.stderr).toContain("stack up --adopt api");
  expect(refused.stderr).toContain("stack up --replace api");
  expect(isAlive(byHand)).toBe(true);

  const adopted = await stack.json("up", "--detach", "--adopt", "api");
  expect(adopted).toMatchObject({
    exitCode: 0,
    json: {
      services: [
        { name: "api", state: "adopted", pid: byHand },
        { name: "web", state: "started" },
      ],
    },
  });
  expect((await stack.run("down")).exitCode).toBe(0);
  expect(isAlive(byHand)).toBe(false);
});

test("--replace asks first; --yes is the answer where nobody can be asked", async () => {
  const { stack, api } = await userStack();
  const byHand = await startByHand(stack, api);
  const asked = await stack.run("up", "--detach", "--replace", "api");
  expect(asked).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("Say yes beforehand with --yes."),
  });
  expect(isAlive(byHand)).toBe(true);
  const replaced = await stack.json("up", "--detach", "--replace", "api", "--yes");
  expect(replaced).toMatchObject({
    exitCode: 0,
    json: { services: [{ name: "api", state: "started" }, {}] },
  });
  expect(isAlive(byHand)).toBe(false);
});

async function userStack(): Promise<{ stack: TestStack; api: number; web: number }> {
  const [api = 0, web = 0] = await freePorts(2);
  return { stack: await testStack({}, configOf(api, web)), api, web };
}

async function statesOf(stack: TestStack): Promise<Record<string, string>> {
  const { services } = await stack.status();
  return Object.fromEntries(services.map(({ name, state }) => [name, state]));
}

async function pidsOf(stack: TestStack): Promise<Record<string, number>> {
  const { services } = await stack.status();
  return Object.fromEntries(services.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]])));
}

/** The same program on the same port, without `stack`. */
async function startByHand({ cwd }: TestStack, port: number): Promise<number> {
  const child = spawn(process.execPath, [program("serves-health")], {
    cwd,
    env: { PORT: String(port) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

function program(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/services/${name}.js`, import.meta.url));
}
