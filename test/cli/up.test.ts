import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  isAlive,
  NEVER_RESTARTED,
  PATIENTLY,
  processesOf,
  recordsIn,
  servicesOf,
  testStack,
} from "../support/cli.ts";
import { isFree } from "../support/ports.ts";

test("up --detach brings three services up in order, status shows them, and down leaves nothing", async () => {
  const stack = await testStack();
  const up = await stack.up();
  const pids = stack.pids();
  const { ports } = stack;
  expect(up.stdout.split("\n")).toEqual([
    line("engine", "stand-in", ports.engine, pids.engine),
    line("gateway", "embedded", ports.gateway, pids.gateway),
    line("hmi", "embedded", ports.hmi, pids.hmi),
    "",
    `  Chat at ${stack.hmi}/llm`,
    "  No Ollama was found, so the answers are scripted. Install it, or set engine.url, for real ones.",
    "  `stack down` stops it.",
  ]);
  expect(recordsIn(stack.stateDir).sort()).toEqual([
    "engine.json",
    "engine.pid",
    "gateway.json",
    "gateway.pid",
    "hmi.json",
    "hmi.pid",
    "supervisor.json",
    "supervisor.pid",
    "supervisor.sock",
  ]);
  const log = readFileSync(join(stack.stateDir, "log", "hmi.log"), "utf8");
  expect(JSON.parse(log.split("\n")[0] ?? "")).toMatchObject({ name: "hmi", msg: expect.any(String) });

  const status = await stack.run("status");
  expect(status).toMatchObject({ exitCode: 0, stderr: "" });
  expect(status.stdout.split("\n")).toEqual([
    expect.stringMatching(/^ {2}service +state +kind +url +pid +uptime +cpu +memory +restarts$/),
    row("engine", "stand-in", stack.engine, pids.engine),
    row("gateway", "embedded", stack.gateway, pids.gateway),
    row("hmi", "embedded", stack.hmi, pids.hmi),
    "",
    "  engine: a stand-in: its answers are scripted",
  ]);

  const down = await stack.run("down");
  expect(down).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: [
      `  hmi       stopped  pid ${pids.hmi}`,
      `  gateway   stopped  pid ${pids.gateway}`,
      `  engine    stopped  pid ${pids.engine}`,
    ].join("\n"),
  });
  expect(Object.values(pids).filter(isAlive)).toEqual([]);
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
  expect(await Promise.all(Object.values(ports).map(isFree))).toEqual([true, true, true]);
  expect((await stack.run("status")).exitCode).toBe(1);
});

/** One line of the table that `status` prints. */
function row(name: string, kind: string, url: string, pid: number | undefined): unknown {
  const cells = [name, "healthy", kind, url, `${pid}`, "\\d+ s", "\\d+\\.\\d %", "\\d+ MiB", "0"];
  return expect.stringMatching(new RegExp(`^  ${cells.join(" +")}$`));
}

/** One line of the table that `up` prints. */
function line(name: string, kind: string, port: number, pid: number | undefined): unknown {
  const start = `  ${name.padEnd(9)} ${kind.padEnd(10)} http://127.0.0.1:${port} +ready \\d+\\.\\d s +pid ${pid}$`;
  return expect.stringMatching(new RegExp(`^${start}`));
}

test("a second up starts nothing and says so", async () => {
  const stack = await testStack();
  await stack.up();
  const before = stack.pids();
  const again = await stack.run("up");
  expect(again.exitCode).toBe(0);
  expect(again.stdout).toContain("Everything was running already.");
  expect(again.stdout.match(/running already +pid/g)).toHaveLength(3);
  expect(stack.pids()).toEqual(before);
  // `fast-up.ts` answers without the command, which is asked where there is another flag.
  expect(await stack.run("up", "--yes")).toEqual(again);
  expect(await stack.run("up", "--json", "--yes")).toEqual(await stack.run("up", "--json"));
});

test("what is wrong with the configuration is told alike, whatever flags there are", async () => {
  const stack = await testStack({ STACK_HMI_PORTT: "1", STACK_STREAM_HEARTBEAT_MS: "soon" });
  for (const flags of [["--detach"], ["--json"]]) {
    const refused = await stack.run("up", ...flags);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("STACK_HMI_PORTT is set, and is no setting.");
    expect(await stack.run("up", ...flags, "--yes")).toEqual(refused);
  }
});

test("two ups at once in one state folder bring up one set of services", async () => {
  const stack = await testStack();
  const ups = await Promise.all([stack.json("up", "--detach"), stack.json("up", "--detach")]);
  expect(ups.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const states = ups.map(({ json }) =>
    (json as { services: { state: string }[] }).services.map(({ state }) => state).join(),
  );
  expect(states.sort()).toEqual(["running,running,running", "started,started,started"]);
  expect(servicesOf(stack.stateDir).sort()).toEqual(Object.values(stack.pids()).sort());
  expect(processesOf(stack.stateDir, "supervisor")).toHaveLength(1);
});

test("up starts only what is missing", async () => {
  const stack = await testStack({}, NEVER_RESTARTED);
  await stack.up();
  const before = stack.pids();
  process.kill(before.gateway ?? 0, "SIGTERM");
  await expect
    .poll(async () => (await stack.status()).services[1]?.last_exit, PATIENTLY)
    .toMatchObject({ code: 0 });
  expect((await stack.run("status")).stdout).toMatch(/gateway: last exit \d+ s ago: it exited with code 0/);
  const up = await stack.up();
  expect(up.stdout.match(/running already/g)).toHaveLength(2);
  expect(stack.pids()).toEqual({ ...before, gateway: expect.any(Number) });
  expect(stack.pids().gateway).not.toBe(before.gateway);
});

test("up says which model is in force where it is not the configured one", async () => {
  const stack = await testStack({ STACK_CHAT_MODEL: "Claude Sonnet 4" });
  expect((await stack.up()).stdout).toContain(
    "  The engine does not have Claude Sonnet 4 (chat.model): llama3.1:8b, its first, answers where nobody chooses a model.",
  );
  const { json } = await stack.json("up", "--detach");
  expect(json).toMatchObject({ model: { configured: "Claude Sonnet 4", in_force: "llama3.1:8b" } });
});

test("status says what a service lacks that itself is there", async () => {
  const stack = await testStack({}, NEVER_RESTARTED);
  await stack.up();
  const { engine } = stack.pids();
  process.kill(engine ?? 0, "SIGKILL");
  await expect.poll(() => stack.pids().engine, PATIENTLY).toBeUndefined();
  expect(await stack.json("status")).toMatchObject({
    exitCode: 1,
    json: {
      ok: false,
      services: [
        { name: "engine", state: "failed", last_exit: { signal: "SIGKILL" } },
        { name: "gateway", state: "degraded", detail: expect.stringMatching(/^engine: .+does not answer/) },
        { name: "hmi", state: "degraded", detail: expect.stringMatching(/^engine: .+does not answer/) },
      ],
    },
  });
});

test("services whose records were lost are known by their mark, and recorded again", async () => {
  const stack = await testStack();
  await stack.up();
  const pids = stack.pids();
  rmSync(join(stack.stateDir, "run"), { recursive: true });
  expect((await stack.run("status")).exitCode).toBe(0);
  expect((await stack.up()).stdout.match(/running already +pid/g)).toHaveLength(3);
  expect(stack.pids()).toEqual(pids);
});

test("a service that is not ready takes those before it down again, and its last words are shown", async () => {
  // The HMI cannot listen on an address that this machine does not have.
  const stack = await testStack({ STACK_HMI_HOST: "192.0.2.1" }, NEVER_RESTARTED);
  const up = await stack.run("up", "--detach");
  expect(up.exitCode).toBe(1);
  expect(up.stderr).toMatch(
    /^✗ hmi did not become ready: it exited with code 1\.\n {2}The end of .*hmi\.log:\n/,
  );
  expect(up.stderr).toContain("EADDRNOTAVAIL");
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
});

test("down without a stack is no error, and stops nothing", async () => {
  const stack = await testStack();
  expect(await stack.run("down")).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: [
      ...["hmi", "gateway", "engine"].map((name) => `  ${name.padEnd(9)} was not running`),
      `  Nothing was ever started here: there is no ${stack.stateDir}.`,
    ].join("\n"),
  });
  expect(existsSync(stack.stateDir)).toBe(false);
});

test("status without a stack says what would run, and exits with 1", async () => {
  const stack = await testStack();
  const status = await stack.run("status");
  expect(status.exitCode).toBe(1);
  expect(status.stdout.split("\n").map((text) => text.trim().split(/\s+/))).toEqual([
    ["service", "state", "kind", "url"],
    ["engine", "stopped", "stand-in", stack.engine],
    ["gateway", "stopped", "embedded", stack.gateway],
    ["hmi", "stopped", "embedded", stack.hmi],
  ]);
});
