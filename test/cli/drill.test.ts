import { appendFileSync, cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunReport } from "../../src/harness/run-report.ts";
import { ask } from "../support/ask.ts";
import { isAlive, NEVER_RESTARTED, PATIENTLY, type TestStack, testStack } from "../support/cli.ts";
import { createSession, everythingIn } from "../support/hmi.ts";
import { freePorts } from "../support/ports.ts";
import { PYTHON_SERVICES, whyNoPython } from "../support/python.ts";
import { startService } from "../support/service-process.ts";
import { tempFolder } from "../support/temp.ts";

/** As a stack is by default, and started again at once. */
const SOON = "restart: { policy: on-failure, backoff_ms: 50 }";
const CONFIG = `
services:
  engine: { embedded: engine, ${SOON} }
  gateway: { embedded: gateway, depends_on: [engine], ${SOON} }
  hmi: { embedded: hmi, depends_on: [gateway], ${SOON} }
`;

/** Services are started again and again, while other tests run. */
const TIMEOUT_MS = 60_000;

describe("a drill of a stack that runs here", { timeout: TIMEOUT_MS }, () => {
  test("each service is killed once, all claims hold, and the stack is as it was", async () => {
    const stack = await testStack({}, CONFIG);
    await stack.up();
    await createSession(stack.hmi, null);
    const [before, pids] = [await everythingIn(stack.hmi), stack.pids()];
    const { exitCode, stdout } = await stack.run("verify", "--drill", "--evidence", "found");
    expect(stdout).toContain("  Target: the running stack (gateway ");
    expect(stdout).toMatch(/12 hold, 0 broken, 0 skipped in .* All that was created has been deleted\./);
    expect(exitCode).toBe(0);
    for (const pid of Object.values(pids)) expect(isAlive(pid)).toBe(false);
    expect((await stack.status()).services).toMatchObject(
      ["engine", "gateway", "hmi"].map((name) => ({ name, state: "healthy", restarts: 1 })),
    );
    expect(stack.events().filter(({ event }) => event === "killed")).toMatchObject(
      (["gateway", "engine", "hmi"] as const).map((service) => ({
        service,
        pid: pids[service],
        detail: "by stack verify --drill",
      })),
    );
    expect(await everythingIn(stack.hmi)).toEqual(before);

    // Evidence is judged again without a kill.
    const later = stack.pids();
    const { json } = await stack.json("verify", "--from", "found");
    expect((json as RunReport).counts).toMatchObject({ holds: 12, could_not_run: 0 });
    expect(stack.pids()).toEqual(later);
  });

  test("what somebody else runs is not killed, nor what its restart policy would give up", async () => {
    const limited = CONFIG.replaceAll("backoff_ms: 50", "backoff_ms: 50, limit: 1");
    const engine = await startEngineProcess();
    const stack = await testStack({ STACK_ENGINE_URL: engine }, limited);
    await stack.up();
    const report = await drill(stack);
    expect(report.counts).toMatchObject({ holds: 9, broken: 0, skipped: 3, could_not_run: 0 });
    expect(skippedIn(report)).toEqual(
      ["told", "saved", "next"].map((name) => [
        `drill/engine-${name}`,
        "the engine is not killed: somebody else runs it",
      ]),
    );
    // What a message does not pass through has nothing to do with its reply.
    const ollama = await drill(stack, "--contract", "ollama", "--grep", "gateway-told");
    expect(skippedIn(ollama)).toEqual([
      ["drill/gateway-told", "by the wire of ollama messages go to the engine, and pass no gateway"],
    ]);
    const [result] = (await drill(stack, "--grep", "gateway-told")).results;
    expect(result?.outcome).toEqual({
      verdict: "could-not-run",
      reason: expect.stringMatching(
        /^The gateway was started again once within 60 s: one more time, and it would be given up\. Try again in \d+ s\.$/,
      ),
    });
    expect((await stack.status()).ok).toBe(true);
  });

  test("only the services whose claims are chosen are killed; Ctrl-C leaves a stack that is up, and nothing in it", async () => {
    const stack = await testStack({}, CONFIG);
    await stack.up();
    const { gateway: killed = 0, ...others } = stack.pids();
    const run = stack.start("verify", "--drill", "--grep", "drill/gateway");
    // Not once a claim is told: the others, of the same kill, may be judged before the signal comes.
    await expect.poll(() => isAlive(killed), PATIENTLY).toBe(false);
    run.kill("SIGINT");
    const { exitCode, stdout } = await run.ended;
    expect(exitCode).toBe(130);
    expect(stdout).toContain("All that was created has been deleted.");
    await expect.poll(async () => (await stack.status()).ok, PATIENTLY).toBe(true);
    expect(stack.pids()).toMatchObject(others);
    expect(await everythingIn(stack.hmi)).toMatchObject({ profiles: [], total: 0 });
  });
});

describe("a drill that is refused kills nothing", { timeout: TIMEOUT_MS }, () => {
  test.each([
    [["verify", "drill"], "The suite drill kills services, so it is run only with --drill."],
    [["verify", "--drill"], "No stack that could be drilled runs here: only what `stack up` runs is killed."],
    [["verify", "--drill", "--hmi", "http://127.0.0.1:1"], "--drill and --hmi cannot go together."],
  ])("%j", async (args, message) => {
    const cli = await testStack();
    const { exitCode, stderr } = await cli.run(...args);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  });

  test("services that would stay down", async () => {
    const stack = await testStack({}, NEVER_RESTARTED);
    await stack.up();
    await expectRefused(
      stack,
      "Nothing of this stack can be killed: engine: its restart policy is `no`, so it would stay down; gateway: ",
    );
  });

  test("a stack that is answering somebody, and one that nobody watches", async () => {
    const stack = await testStack({ STACK_ENGINE_TOKEN_DELAY_MS: "50" }, CONFIG);
    await stack.up();
    const session_id = await createSession(stack.hmi, null);
    await ask("POST", `${stack.hmi}/api/chat/message`, { session_id, message: "Count to 900" });
    await expectRefused(stack, "A reply is being written on this stack, and would be lost.");
    const supervisor = Number(readFileSync(join(stack.stateDir, "run", "supervisor.pid"), "utf8"));
    process.kill(supervisor, "SIGKILL");
    await expect.poll(() => isAlive(supervisor), PATIENTLY).toBe(false);
    await expectRefused(stack, "Nobody watches the services that run here: what is killed would stay down.");
  });
});

test("a fresh stack in this process can be drilled, where that is asked for", async () => {
  const cli = await testStack();
  const fault = ["--fault", "left-reply-doubled"];
  const { exitCode, json } = await cli.json("verify", "--drill", "--in-process", ...fault);
  expect(exitCode).toBe(1);
  expect(brokenIn(json as RunReport)).toEqual(["drill/hmi-once"]);
});

test("the drill is listed only where it is asked for", async () => {
  const cli = await testStack();
  const names = async (...args: string[]) => {
    const { json } = await cli.json("verify", "--list", ...args);
    return (json as { suites: { name: string }[] }).suites.map(({ name }) => name);
  };
  expect(await names()).not.toContain("drill");
  expect(await names("--drill")).toEqual(["drill"]);
  expect(await names("cancel", "--drill")).toEqual(["cancel", "drill"]);
});

const missing = await whyNoPython();
if (missing !== undefined) test("a drill of the seeds' services in Python", ({ skip }) => skip(missing));

test.runIf(missing === undefined)(
  "of the seeds' services in Python, which save a reply at its end, it tells what a killed HMI costs",
  { timeout: TIMEOUT_MS },
  async () => {
    const stack = await testStack({ STACK_STREAM_HEARTBEAT_MS: "1000" }, "");
    cpSync(PYTHON_SERVICES, join(stack.cwd, "backend"), { recursive: true });
    appendFileSync(join(stack.cwd, "stack.config.yaml"), pythonServices(stack));
    await stack.up();
    const report = await drill(stack);
    expect(brokenIn(report)).toEqual(["drill/hmi-saved", "drill/hmi-settled"]);
    expect(report.counts).toMatchObject({ holds: 9, skipped: 1, could_not_run: 0 });
    const saved = report.results.find(({ id }) => id === "drill/hmi-saved");
    expect(saved?.outcome).toMatchObject({ found: "a row streaming with 0 characters" });
    expect((await stack.status()).services).toMatchObject([
      { restarts: 1 },
      { restarts: 1 },
      { restarts: 1 },
    ]);
  },
);

function pythonServices({ engine, gateway }: TestStack): string {
  const run = (file: string, env: string, rest: string): string =>
    `{ command: [/usr/bin/python3, ${file}], cwd: backend, env: { ${env}, PYTHONDONTWRITEBYTECODE: "1" }, ready: { http: /health }, ${rest}, ${SOON} }`;
  const model = 'DEFAULT_MODEL: "llama3.1:8b"';
  return `
services:
  engine: { embedded: engine, ${SOON} }
  gateway: ${run("gateway_app.py", `ENGINE_URL: "${engine}"`, "depends_on: [engine]")}
  hmi: ${run("hmi_app.py", `GATEWAY_URL: "${gateway}", DATABASE_PATH: chat.db, ${model}`, "depends_on: [gateway]")}
contract: { lacks: { stream.error_event: skipped, engine.options: skipped, engine.think: skipped } }
`;
}

async function drill(stack: TestStack, ...args: string[]): Promise<RunReport> {
  return (await stack.json("verify", "--drill", ...args)).json as RunReport;
}

/** An engine that somebody else runs: a process of its own, since this one is busy now and then. */
async function startEngineProcess(): Promise<string> {
  const [port = 0] = await freePorts(1);
  const settings = { STACK_ENGINE_URL: `http://127.0.0.1:${port}` };
  return (await startService("engine", tempFolder(), settings)).url;
}

async function expectRefused(stack: TestStack, message: string): Promise<void> {
  const pids = stack.pids();
  const { exitCode, stderr } = await stack.run("verify", "--drill");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  expect(stack.pids()).toEqual(pids);
  for (const pid of Object.values(pids)) expect(isAlive(pid)).toBe(true);
}

function brokenIn({ results }: RunReport): string[] {
  return results.filter(({ outcome }) => outcome.verdict === "broken").map(({ id }) => id);
}

function skippedIn({ results }: RunReport): unknown[] {
  return results.flatMap(({ id, outcome }) => (outcome.verdict === "skipped" ? [[id, outcome.reason]] : []));
}
