import { appendFileSync, cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LadderReport } from "../../src/doctor/run-doctor.ts";
import type { StackStatus } from "../../src/launch/stack-status.ts";
import { isAlive, PATIENTLY, processesOf, recordsIn, type TestStack, testStack } from "../support/cli.ts";
import { brokenIn, rungOf } from "../support/doctor.ts";
import { PYTHON_SERVICES, whyNoPython } from "../support/python.ts";

const missing = await whyNoPython();
if (missing !== undefined) test("the seeds' services in Python, supervised", ({ skip }) => skip(missing));

/** FastAPI under uvicorn's watcher, and Flask, as their developer would write it down. */
const CONFIG = `
services:
  engine: { embedded: engine }
  gateway:
    command: /usr/bin/python3 gateway_app.py --reload
    cwd: backend
    env: { ENGINE_URL: "@engine", PYTHONDONTWRITEBYTECODE: "1" }
    depends_on: [engine]
    ready: { http: /health }
  hmi:
    command: [/usr/bin/python3, hmi_app.py]
    cwd: backend
    env: { GATEWAY_URL: "@gateway", DATABASE_PATH: chat.db, PYTHONDONTWRITEBYTECODE: "1" }
    depends_on: [gateway]
    ready: { http: /health }
    restart: { policy: on-failure, backoff_ms: 50 }
contract: { lacks: { engine.options: skipped, engine.think: skipped, stream.error_event: skipped } }
`;

/** Several Python processes start, while other tests run. */
const TIMEOUT_MS = 60_000;

describe.runIf(missing === undefined)(
  "the seeds' services in Python, supervised",
  { timeout: TIMEOUT_MS },
  () => {
    test("they are started in order, shown by status, and stopped to the last process", async () => {
      const stack = await pythonStack();
      const { services } = (await stack.json("status")).json as StackStatus;
      expect(services.map(({ name, kind, state }) => [name, kind, state])).toEqual([
        ["engine", "stand-in", "healthy"],
        ["gateway", "command", "healthy"],
        ["hmi", "command", "healthy"],
      ]);
      // uvicorn's watcher, and its child that serves.
      expect(processesOf(stack.stateDir).length).toBeGreaterThan(4);
      expect((await stack.run("down")).exitCode).toBe(0);
      expect(processesOf(stack.stateDir)).toEqual([]);
      expect(recordsIn(stack.stateDir)).toEqual([]);
    });

    test("doctor names what they lack, and nothing else is broken", async () => {
      const stack = await pythonStack();
      const { exitCode, json } = await stack.json("doctor");
      const report = json as LadderReport;
      expect(exitCode).toBe(1);
      expect(rungOf(report, "gateway/process").text).toBe(
        `process ${stack.pids().gateway}, started by \`stack up\``,
      );
      expect(brokenIn(report)).toEqual({
        "gateway/cancel": "cancel_missing",
        "gateway/resume": "resume_missing",
        "hmi/page": "page_cacheable",
        "hmi/scripts": "script_cacheable",
        "hmi/reply": "wrong_default_model",
      });
    });

    test("a changed file makes uvicorn reload, which is no crash", async () => {
      const stack = await pythonStack();
      const before = stack.pids().gateway;
      const serving = workersOf(stack);
      appendFileSync(join(stack.cwd, "backend", "gateway_app.py"), "\n# changed\n");
      await expect.poll(() => workersOf(stack).every((pid) => serving.includes(pid)), PATIENTLY).toBe(false);
      await expect.poll(async () => (await stack.status()).ok, PATIENTLY).toBe(true);
      const { services } = await stack.status();
      expect(services[1]).toMatchObject({ name: "gateway", state: "healthy", pid: before, restarts: 0 });
    });

    test("a killed HMI is started again, and its last exit is told", async () => {
      const stack = await pythonStack();
      const before = stack.pids().hmi ?? 0;
      process.kill(before, "SIGKILL");
      await expect.poll(async () => (await stack.status()).services[2]?.restarts, PATIENTLY).toBe(1);
      await expect.poll(async () => (await stack.status()).services[2]?.state, PATIENTLY).toBe("healthy");
      expect(stack.pids().hmi).not.toBe(before);
      expect((await stack.status()).services[2]?.last_exit).toMatchObject({ signal: "SIGKILL", code: null });
    });

    test("restart gives the gateway new processes, all of them", async () => {
      const stack = await pythonStack();
      const before = stack.pids();
      const { exitCode } = await stack.run("restart", "gateway");
      expect(exitCode).toBe(0);
      expect(isAlive(before.gateway)).toBe(false);
      expect(stack.pids()).toEqual({ ...before, gateway: expect.any(Number) });
      expect((await stack.status()).ok).toBe(true);
    });
  },
);

/** The Python stack with a copy of its sources, up. */
async function pythonStack(): Promise<TestStack> {
  const stack = await testStack({}, "");
  cpSync(PYTHON_SERVICES, join(stack.cwd, "backend"), { recursive: true });
  const config = CONFIG.replace("@engine", stack.engine).replace("@gateway", stack.gateway);
  appendFileSync(join(stack.cwd, "stack.config.yaml"), config);
  await stack.up();
  return stack;
}

/** The processes of uvicorn that are not its watcher. */
function workersOf(stack: TestStack): number[] {
  return processesOf(stack.stateDir, "gateway").filter((pid) => pid !== stack.pids().gateway);
}
