import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StackStatus } from "../../src/launch/stack-status.ts";
import type { UpStep } from "../../src/launch/up-step-reporter.ts";
import { PATIENTLY, processesOf, type TestStack, testStack } from "../support/cli.ts";
import { freePorts } from "../support/ports.ts";

/** Answers on its port, badly while there is a file `bad`; ends at once where there is a file `broken`. */
const SERVER = `
const { existsSync } = require("node:fs");
if (existsSync("broken-" + process.env.STACK_SERVICE)) { console.log("ImportError"); process.exit(1); }
require("node:http")
  .createServer((_, answer) => { answer.statusCode = existsSync("bad") ? 503 : 200; answer.end(); })
  .listen(process.env.LISTEN, "127.0.0.1");
`;

const service = (name: string, port: number, more = ""): string => `
  ${name}:
    command: [${process.execPath}, server.cjs]
    port: ${port}
    env: { LISTEN: "${port}"${more.startsWith("#") ? `, EXTRA: "${more}"` : ""} }
    ready: { http: / }
    restart: { policy: on-failure, backoff_ms: 20, limit: 1 }
${more.startsWith("#") ? "" : more}`;

async function stackOf(config: (ports: readonly number[]) => string) {
  const ports = await freePorts(4);
  const stack = await testStack({}, `services:${config(ports)}`);
  writeFileSync(join(stack.cwd, "server.cjs"), SERVER);
  return { stack, ports, file: join(stack.cwd, "stack.config.yaml") };
}

const three = ([a = 0, b = 0, c = 0]: readonly number[]): string =>
  service("a", a) + service("b", b) + service("c", c);

async function servicesIn(stack: TestStack): Promise<StackStatus["services"]> {
  return (await stack.status()).services;
}

async function statesIn(stack: TestStack): Promise<Record<string, string>> {
  return Object.fromEntries((await servicesIn(stack)).map(({ name, state }) => [name, state]));
}

test("a restart in which one service no longer starts leaves the others running, and says so", async () => {
  const { stack } = await stackOf(three);
  await stack.up();
  writeFileSync(join(stack.cwd, "broken-c"), "");
  const restart = await stack.run("restart");
  expect(restart.exitCode).toBe(1);
  expect(restart.stdout).toContain(
    "c         failed: it exited with code 1 before it was ready. It is tried again in ",
  );
  expect(restart.stderr).toContain("✗ c did not become ready: it exited with code 1. It was tried 2 times.");
  expect(restart.stderr).toContain("ImportError");
  expect(restart.stderr).toContain("Left running what ran before this call: a, b.");
  expect(restart.stderr).toContain("Not running any more, though before this call: c. When mended: stack up");
  expect(await statesIn(stack)).toEqual({ a: "healthy", b: "healthy", c: "failed" });

  rmSync(join(stack.cwd, "broken-c"));
  expect((await stack.run("up", "--detach")).exitCode).toBe(0);
  expect(await statesIn(stack)).toEqual({ a: "healthy", b: "healthy", c: "healthy" });
});

test("an up after a change takes down again only what was not there before", async () => {
  const { stack, ports, file } = await stackOf(three);
  await stack.up();
  const before = await servicesIn(stack);
  writeFileSync(join(stack.cwd, "broken-c"), "");
  const [a = 0, b = 0, c = 0, d = 0] = ports;
  writeFileSync(
    file,
    `services:${service("a", a)}${service("b", b, "#")}${service("c", c, "#")}${service("d", d)}`,
  );
  const up = await stack.run("up", "--detach");
  expect(up.exitCode).toBe(1);
  expect(up.stderr).toContain("Stopped again what this call had started: d.");
  expect(up.stderr).toContain("Left running what ran before this call: b.");
  expect(await statesIn(stack)).toEqual({ a: "healthy", b: "healthy", c: "failed", d: "stopped" });
  const [first] = await servicesIn(stack);
  expect(first?.pid).toBe(before[0]?.pid);
});

test("Ctrl-C during a restart stops nothing that ran before", async () => {
  const { stack } = await stackOf(([a = 0, b = 0]) => service("a", a) + service("b", b));
  await stack.up();
  writeFileSync(join(stack.cwd, "bad"), "");
  const restart = stack.start("restart");
  await expect.poll(async () => (await statesIn(stack))["a"], PATIENTLY).toBe("starting");
  restart.kill("SIGINT");
  const { exitCode, stderr } = await restart.ended;
  expect(exitCode).toBe(130);
  expect(stderr).toContain("Still being started, because they ran before this call: a, b.");
  rmSync(join(stack.cwd, "bad"));
  await expect.poll(() => statesIn(stack), PATIENTLY).toEqual({ a: "healthy", b: "healthy" });
});

test("up of one service does not restart another that it needs and that answers badly", async () => {
  const { stack } = await stackOf(
    ([db = 0, web = 0]) =>
      service("db", db) + service("web", web, "    depends_on: [db]\n    live: { tcp: true }\n"),
  );
  expect((await stack.run("up", "db", "--detach")).exitCode).toBe(0);
  const [before] = await servicesIn(stack);
  writeFileSync(join(stack.cwd, "bad"), "");
  const up = stack.start("up", "web", "--detach", "--json");
  // As soon as it is asked for, so that the other one is well again by the time web is.
  await expect.poll(() => processesOf(stack.stateDir, "web").length, PATIENTLY).toBe(1);
  rmSync(join(stack.cwd, "bad"));
  const { exitCode, stdout } = await up.ended;
  const { services } = JSON.parse(stdout) as { services: UpStep[] };
  expect(services).toMatchObject([
    { name: "db", state: "unhealthy", pid: before?.pid, reason: "it runs, but not ready (status 503)" },
    { name: "web", state: "started" },
  ]);
  expect(exitCode).toBe(1);
  expect(existsSync(join(stack.cwd, "bad"))).toBe(false);
  expect(await statesIn(stack)).toEqual({ db: "healthy", web: "healthy" });
});
