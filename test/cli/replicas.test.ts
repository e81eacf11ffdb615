/** Copies under the supervisor: real processes on a real PostgreSQL; one stack for all of these tests, in this order. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gatewayRoutes } from "../../src/contract/routes.ts";
import type { StackStatus } from "../../src/launch/stack-status.ts";
import { stateFolder } from "../../src/supervisor/state-folder.ts";
import { withLock } from "../../src/supervisor/state-lock.ts";
import { clearStack, isAlive, PATIENTLY, prepareStack, type TestStack } from "../support/cli.ts";
import { call } from "../support/http.ts";
import { freePortRange } from "../support/ports.ts";
import { NO_POSTGRESQL, sharedPostgresql } from "../support/postgresql.ts";
import { hmiClient } from "../support/stack.ts";
import { openStream } from "../support/streams.ts";

const config = (hmis: number, gateways = 2): string => `
services:
  engine: { embedded: engine, start_timeout_ms: 60000 }
  gateway: { embedded: gateway, replicas: ${gateways}, depends_on: [engine], start_timeout_ms: 60000 }
  hmi: { embedded: hmi, replicas: ${hmis}, depends_on: [gateway], start_timeout_ms: 60000 }
`;

/** A message whose reply has so many tokens, twenty a second. */
function slowly(tokens: number): { readonly message: string } {
  return { message: `Go on.\nstand_in_options: {"stand_in_tokens": ${tokens}, "stand_in_token_ms": 50}` };
}

let stack: TestStack;

describe.skipIf(NO_POSTGRESQL !== undefined)("several copies under one supervisor", () => {
  beforeAll(async () => {
    const postgresql = await sharedPostgresql();
    const [gateway, hmi] = [await freePortRange(3), await freePortRange(3)];
    const env = {
      STACK_GATEWAY_PORT: String(gateway),
      STACK_HMI_PORT: String(hmi),
      STACK_STORE_PATH: "",
      STACK_STORE_URL: await postgresql.createDatabase("SELECT 1"),
    };
    stack = await prepareStack(env, config(1));
  });

  afterAll(() => clearStack(stack));

  test("each listens on a port of its own, has one name together, and a second up changes nothing", async () => {
    const up = await stack.up();
    expect(up.stdout).toContain(urlOf("gateway", 2));
    const { exitCode, json } = await stack.json("status");
    expect(exitCode).toBe(0);
    const { services } = json as StackStatus;
    expect(services.map(({ name }) => name)).toEqual(["engine", "gateway", "hmi"]);
    expect(services[1]).toMatchObject({
      state: "healthy",
      pid: null,
      copies: [
        { name: "gateway", url: urlOf("gateway", 1), pid: stack.pidOf("gateway") },
        { name: "gateway-2", url: urlOf("gateway", 2), pid: stack.pidOf("gateway-2") },
      ],
    });
    expect((await stack.run("status")).stdout).toMatch(/^ +gateway +healthy 2\/2/m);
    expect((await stack.run("status", "--verbose")).stdout).toMatch(/^ +gateway-2 +healthy/m);
    const before = pids();
    expect((await stack.run("up", "--detach")).stdout).toContain("Everything was running already.");
    expect(pids()).toEqual(before);
  });

  test("a copy that dies is started again alone, and meanwhile the page asks the other one", async () => {
    const before = pids();
    process.kill(before["gateway"] ?? 0, "SIGKILL");
    const page = hmiClient(urlOf("hmi", 1));
    const { reader } = await page.send({ message: "Count to 3" });
    await reader.ended;
    expect(reader.events.at(-1)).toMatchObject({ type: "done", finish_reason: "stop" });
    await expect.poll(() => statusOf("gateway"), PATIENTLY).toMatchObject({ state: "healthy", restarts: 1 });
    expect(pids()).toEqual({ ...before, gateway: expect.any(Number) });
    expect(stack.pidOf("gateway")).not.toBe(before["gateway"]);
  });

  test("restart takes one copy at a time, and each lets its replies come to their end", async () => {
    const before = pids();
    const { reader } = await hmiClient(urlOf("hmi", 1)).send(slowly(60));
    await expect.poll(() => reader.text, PATIENTLY).not.toBe("");
    const since = new Date().toISOString();
    const restarted = await stack.run("restart", "gateway");
    expect(restarted).toMatchObject({ exitCode: 0, stderr: "" });
    await reader.ended;
    expect(reader.events.at(-1)).toMatchObject({ type: "done", finish_reason: "stop" });
    const events = (await stack.run("events", "--since", since, "--service", "gateway", "--json")).stdout;
    const told = events.split("\n").map((line) => JSON.parse(line));
    expect(told.map(({ service, event }) => `${service} ${event}`)).toEqual([
      "gateway stopped",
      "gateway starting",
      "gateway ready",
      "gateway-2 stopped",
      "gateway-2 starting",
      "gateway-2 ready",
    ]);
    expect(pids()).toMatchObject({ engine: before["engine"], hmi: before["hmi"] });
  });

  test("one copy is named by its number: it alone is restarted, and has lines of its own in the logs", async () => {
    const before = pids();
    expect((await stack.run("restart", "gateway-2")).exitCode).toBe(0);
    expect(pids()).toEqual({ ...before, "gateway-2": expect.any(Number) });
    expect(stack.pidOf("gateway-2")).not.toBe(before["gateway-2"]);
    const whoLogged = async (name: string) => {
      const { stdout } = await stack.run("logs", name, "--json");
      return new Set(stdout.split("\n").map((line) => JSON.parse(line).service));
    };
    expect(await whoLogged("gateway")).toEqual(new Set(["gateway", "gateway-2"]));
    expect(await whoLogged("gateway-1")).toEqual(new Set(["gateway"]));
  });

  test("while a copy lets its replies come to their end, nobody waits for that who changes something else", async () => {
    const end = await runReplyAtGateway(2);
    const restarting = stack.run("restart", "gateway-2");
    const ready = async () => (await call(urlOf("gateway", 2), gatewayRoutes.ready.path())).status;
    await expect.poll(ready, PATIENTLY).toBe(503);
    await withLock(stateFolder(stack.stateDir), async () => undefined);
    // Nor is it hurried by whoever wants it stopped, too.
    process.kill(pids()["gateway-2"] ?? 0, "SIGTERM");
    expect(await ready()).toBe(503);
    await end();
    expect((await restarting).exitCode).toBe(0);
  });

  test("while a copy is stopped, status says how many work, and up starts that one", async () => {
    const before = pids();
    expect((await stack.run("down", "gateway-2")).exitCode).toBe(0);
    expect(await stack.run("status")).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/degraded 1\/2.*1 of 2 copies works; gateway-2 is stopped/s),
    });
    await stack.up();
    expect(pids()).toEqual({ ...before, "gateway-2": expect.any(Number) });
  });

  test("verify knows where the copies are, and judges them", async () => {
    configure(config(2));
    await stack.up();
    const { exitCode, json } = await stack.json("verify", "replicas");
    const { results } = json as { results: { id: string; outcome: { verdict: string } }[] };
    const skipped = results.filter(({ outcome }) => outcome.verdict !== "holds");
    // Nobody but the supervisor may stop what it runs.
    expect(skipped).toMatchObject([{ id: "replicas/drain", outcome: { verdict: "skipped" } }]);
    expect(exitCode).toBe(0);
    configure(config(1));
    await stack.up();
  });

  test("another number in the configuration starts more copies, or stops what is too many, and nothing else", async () => {
    const before = pids();
    configure(config(2));
    await stack.up();
    expect(pids()).toEqual({ ...before, "hmi-2": expect.any(Number) });
    const page = hmiClient(urlOf("hmi", 2));
    expect((await page.post({ message: "Count to 3" })).status).toBe(200);
    configure(config(1));
    await stack.up();
    expect(pids()).toEqual(before);
    const wanted = readFileSync(join(stack.stateDir, "wanted.json"), "utf8");
    expect(Object.keys(JSON.parse(wanted).services).sort()).toEqual([
      "engine",
      "gateway",
      "gateway-2",
      "hmi",
    ]);
  });

  test("restart stops the copies that are too many, and nobody waits for the lock until their replies have ended", async () => {
    configure(config(1, 3));
    await stack.up();
    const end = await runReplyAtGateway(3);
    configure(config(1));
    const restarting = stack.run("restart", "gateway");
    const ready = async () => (await call(urlOf("gateway", 3), gatewayRoutes.ready.path())).status;
    await expect.poll(ready, PATIENTLY).toBe(503);
    await withLock(stateFolder(stack.stateDir), async () => undefined);
    expect(await ready()).toBe(503);
    await end();
    expect(await restarting).toMatchObject({ exitCode: 0, stderr: "" });
    expect(stack.pidOf("gateway-3")).toBeUndefined();
    expect(Object.keys(pids())).toEqual(["engine", "gateway", "gateway-2", "hmi"]);
    const { stdout } = await stack.run("events", "--json");
    const stopped = stdout
      .split("\n")
      .map((line) => JSON.parse(line))
      .findLast(({ service }) => service === "gateway-3");
    expect(stopped).toMatchObject({ event: "stopped", detail: "fewer copies are configured" });
  });

  test("while a gateway comes to its end for a restart of all, nobody waits for the lock, and its engine goes on", async () => {
    const before = pids();
    const ask = {
      session_id: "restart-of-all",
      message_id: "1",
      agent_id: "architect",
      content: slowly(100_000).message,
    };
    const reader = await openStream(urlOf("gateway", 1), gatewayRoutes.chat.path(), { body: ask });
    await expect.poll(() => reader.text, PATIENTLY).not.toBe("");
    const restarting = stack.run("restart");
    const ready = async () => (await call(urlOf("gateway", 1), gatewayRoutes.ready.path())).status;
    await expect.poll(ready, PATIENTLY).toBe(503);
    await withLock(stateFolder(stack.stateDir), async () => undefined);
    // What depends on it was stopped before it; what it needs is stopped after it.
    expect(isAlive(before["hmi"])).toBe(false);
    const { length } = reader.text;
    await expect.poll(() => reader.text.length, PATIENTLY).toBeGreaterThan(length);
    expect(pids()).toMatchObject({ engine: before["engine"], gateway: before["gateway"] });
    const cancel = gatewayRoutes.cancel.path({ session_id: ask.session_id });
    await call(urlOf("gateway", 1), cancel, { body: { message_id: ask.message_id } });
    expect(await restarting).toMatchObject({ exitCode: 0, stderr: "" });
    const after = pids();
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [name, pid] of Object.entries(before)) expect(after[name], name).not.toBe(pid);
  });

  test("restart of all stops them, too, and forgets none", async () => {
    configure(config(2, 3));
    await stack.up();
    configure(config(1));
    expect(await stack.run("restart")).toMatchObject({ exitCode: 0, stderr: "" });
    expect([stack.pidOf("gateway-3"), stack.pidOf("hmi-2")]).toEqual([undefined, undefined]);
    expect(Object.keys(pids())).toEqual(["engine", "gateway", "gateway-2", "hmi"]);
    const wanted = JSON.parse(readFileSync(join(stack.stateDir, "wanted.json"), "utf8"));
    expect(Object.keys(wanted.services).sort()).toEqual(["engine", "gateway", "gateway-2", "hmi"]);
  });
});

async function statusOf(name: string): Promise<unknown> {
  const { services } = await stack.status();
  return services.find((service) => service.name === name);
}

/** Has replies run, one of them at this copy of the gateway, until what is returned is called. */
async function runReplyAtGateway(number: number): Promise<() => Promise<unknown>> {
  const page = hmiClient(urlOf("hmi", 1));
  const begun: string[] = [];
  for (;;) {
    const { sent, reader } = await page.send(slowly(100_000));
    begun.push(sent.session_id);
    await expect.poll(() => reader.text, PATIENTLY).not.toBe("");
    const { json } = await call(urlOf("gateway", number), gatewayRoutes.health.path());
    if (json.active_streams > 0) return () => Promise.all(begun.map((id) => page.cancel(id)));
  }
}

function configure(yaml: string): void {
  writeFileSync(join(stack.cwd, "stack.config.yaml"), yaml);
}

function urlOf(service: "gateway" | "hmi", number: number): string {
  const first = Number(stack.env[`STACK_${service.toUpperCase()}_PORT`]);
  return `http://127.0.0.1:${first + number - 1}`;
}

/** By the name of the service or copy, of what runs. */
function pids(): Record<string, number> {
  const names = ["engine", "gateway", "gateway-2", "hmi", "hmi-2"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const pid = stack.pidOf(name);
      return pid === undefined ? [] : [[name, pid]];
    }),
  );
}
