import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { ServiceEvent } from "../../src/supervisor/supervisor-protocol.ts";
import { PATIENTLY, processesOf, type TestStack, testStack } from "../support/cli.ts";

const FAILS_AT_ONCE = `
services:
  engine: { embedded: engine }
  gateway: { embedded: gateway, depends_on: [engine] }
  hmi:
    command: [node, -e, "console.log('No module named httpx'); process.exit(1)"]
    depends_on: [gateway]
    restart: no
`;

test("every stop by a command is an event, with its reason", async () => {
  const stack = await testStack();
  await stack.up();
  const { gateway: first } = stack.pids();
  await stack.run("restart", "gateway");
  const { engine, gateway, hmi } = stack.pids();
  await stack.run("down", "hmi");
  await stack.run("down");
  expect(await stopsIn(stack)).toEqual([
    ["gateway", first, "for a restart: a restart was asked for"],
    ["hmi", hmi, "by stack down"],
    ["gateway", gateway, "by stack down"],
    ["engine", engine, "by stack down"],
  ]);
});

test("what Ctrl-C stops in the foreground is told so", async () => {
  const stack = await testStack();
  const up = stack.start("up");
  await up.said("Ctrl-C stops");
  up.kill("SIGINT");
  await up.ended;
  expect((await stopsIn(stack)).map(([name, , detail]) => [name, detail])).toEqual([
    ["hmi", "by Ctrl-C"],
    ["gateway", "by Ctrl-C"],
    ["engine", "by Ctrl-C"],
  ]);
});

test("a failed start is remembered after it was cleared away, with the next command", async () => {
  const stack = await testStack({}, FAILS_AT_ONCE);
  const up = await stack.run("up", "--detach");
  expect(up.exitCode).toBe(1);
  expect(up.stderr).toMatch(/No module named httpx\n {2}`stack logs hmi` shows all of it\.(?:\n|$)/);
  const { services } = await stack.status();
  expect(services.find(({ name }) => name === "hmi")).toMatchObject({
    state: "stopped",
    last_exit: { code: 1, signal: null, reason: "it exited with code 1 before it was ready" },
  });
  const doctor = await stack.run("doctor");
  expect(doctor.stdout).toMatch(/It has been down for \d+ s: it exited with code 1 before it was ready\. /);
  expect(doctor.stdout).toContain("stack logs hmi");
  expect(await stopsIn(stack)).toEqual([
    ["gateway", expect.any(Number), "because the start failed"],
    ["engine", expect.any(Number), "because the start failed"],
  ]);
});

/** Answers once there is a file `go`: until then its supervisor can be killed, and another one be asked. */
const STARTS_WHEN_TOLD = `
services:
  hmi:
    command:
      - node
      - -e
      - |
        const look = setInterval(() => {
          if (!require("node:fs").existsSync("go")) return;
          clearInterval(look);
          require("node:http").createServer((_, to) => to.end()).listen(process.env.PORT);
        }, 20);
`;

test("a supervisor that is killed while up waits is replaced, and up ends as if nothing had been", async () => {
  const stack = await testStack({}, STARTS_WHEN_TOLD);
  const up = stack.start("up", "--detach");
  await expect.poll(() => stack.pids().hmi, PATIENTLY).toBeDefined();
  const { hmi } = stack.pids();
  const killed = supervisorOf(stack);
  process.kill(killed, "SIGKILL");
  const isReplaced = () => ![undefined, killed].includes(stack.pidOf("supervisor"));
  await expect.poll(isReplaced, PATIENTLY).toBe(true);
  writeFileSync(join(stack.cwd, "go"), "");
  expect(await up.ended).toMatchObject({ exitCode: 0 });
  expect(supervisorOf(stack)).not.toBe(killed);
  expect(processesOf(stack.stateDir, "hmi")).toEqual([hmi]);
});

function supervisorOf({ stateDir }: TestStack): number {
  return Number(readFileSync(join(stateDir, "run", "supervisor.pid"), "utf8"));
}

test("who had to make room for a service is an event of that service", async () => {
  const stack = await testStack();
  const occupant = spawn(process.execPath, [
    "-e",
    `require("node:http").createServer().listen(${stack.ports.hmi}, "127.0.0.1", () => console.log("up"))`,
  ]);
  onTestFinished(() => void occupant.kill("SIGKILL"));
  await once(occupant.stdout, "data");
  expect(await stack.run("up", "--detach", "--replace", "hmi", "--yes")).toMatchObject({ exitCode: 0 });
  const [cleared] = (await eventsOf(stack)).filter(({ event }) => event === "port_cleared");
  expect(cleared).toMatchObject({ service: "hmi", pid: occupant.pid, detail: "to make room for hmi" });
});

async function eventsOf(stack: TestStack): Promise<ServiceEvent[]> {
  const { stdout } = await stack.run("events", "--json");
  return stdout.split("\n").map((line) => JSON.parse(line));
}

async function stopsIn(stack: TestStack) {
  const stops = (await eventsOf(stack)).filter(({ event }) => event === "stopped");
  return stops.map(({ service, pid, detail }) => [service, pid, detail]);
}
