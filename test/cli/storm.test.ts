import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { newSeed, seededRandomOf } from "../../src/harness/run-seed.ts";
import type { StackStatus } from "../../src/launch/stack-status.ts";
import { BIN, isAlive, PATIENTLY, processesOf, type TestStack, testStack } from "../support/cli.ts";
import { freePorts } from "../support/ports.ts";
import { rounds } from "../support/rounds.ts";

/** A storm can be had again: STORM_SEED=... STORM_ROUNDS=... npx vitest run test/cli/storm.test.ts */
const SEED = process.env["STORM_SEED"] ?? newSeed();
const ROUNDS = Number(process.env["STORM_ROUNDS"] ?? rounds(20, 200));

const SERVICES = ["alone", "parent", "dependent"];

test.runIf(process.platform === "linux")(
  `${ROUNDS} rounds of kill -9 among supervisor, up, services and children: never two of one service (seed ${SEED})`,
  async () => {
    const stack = await testStack({}, await configOf());
    const decoy = await startDecoy();
    for (let round = 0; round < ROUNDS; round++) {
      const what = await storm(stack, round, decoy);
      expect(duplicatesIn(stack), `round ${round}: ${what}`).toEqual([]);
      // Whatever was killed when: what the state folder says can be read, and is no lie about who lives.
      const status = await stack.json("status");
      expect([0, 1], `round ${round}: ${what}`).toContain(status.exitCode);
      for (const { pid } of (status.json as StackStatus).services)
        expect(pid === null || isAlive(pid)).toBe(true);
    }
    const up = await stack.run("up", "--detach");
    expect(up).toMatchObject({ exitCode: 0, stderr: "" });
    await expect.poll(() => stack.status(), PATIENTLY).toMatchObject({ ok: true });
    for (const name of SERVICES) expect(leadersOf(stack, name)).toHaveLength(1);
    expect(decoy.exitCode ?? decoy.signalCode).toBeNull();
    expect((await stack.run("down")).exitCode).toBe(0);
    expect(processesOf(stack.stateDir)).toEqual([]);
    expect(decoy.exitCode ?? decoy.signalCode).toBeNull();
  },
  1_200_000,
);

/** One round: an `up` starts, and a moment later something is killed, or a record is forged. */
async function storm(stack: TestStack, round: number, decoy: ChildProcess): Promise<string> {
  const { random } = seededRandomOf(SEED, String(round));
  const up = spawn(process.execPath, [BIN, "up", "--detach"], {
    cwd: stack.cwd,
    env: stack.env,
    stdio: "ignore",
  });
  const ended = once(up, "exit");
  const pause = random("pause", 400);
  await delay(pause);
  const victims = ["up", "supervisor", ...SERVICES, "child", "forged"];
  const victim = victims[random("victim", victims.length)] ?? "up";
  const what = `${victim} after ${pause} ms`;
  if (victim === "up") up.kill("SIGKILL");
  else if (victim === "forged") forgeRecord(stack, SERVICES[random("forged", SERVICES.length)] ?? "", decoy);
  else for (const pid of pidsOf(stack, victim)) kill(pid);
  expect(duplicatesIn(stack), `round ${round}: ${what}`).toEqual([]);
  await ended;
  return what;
}

function pidsOf(stack: TestStack, victim: string): number[] {
  if (victim !== "child")
    return victim === "supervisor" ? processesOf(stack.stateDir, victim) : leadersOf(stack, victim);
  return processesOf(stack.stateDir, "parent").filter((pid) => groupOf(pid) !== pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It went by itself between the look and the signal.
  }
}

/** The record of a service says the decoy's pid, as if that pid had been given out again. */
function forgeRecord(stack: TestStack, name: string, decoy: ChildProcess): void {
  const file = join(stack.stateDir, "run", `${name}.json`);
  try {
    const record = JSON.parse(readFileSync(file, "utf8"));
    for (const pid of leadersOf(stack, name)) kill(pid);
    writeFileSync(file, JSON.stringify({ ...record, pid: decoy.pid }));
  } catch {
    // There is no record at this moment: nothing is forged in this round.
  }
}

/** Services that have more than one process group: the leader of each started the service once. */
function duplicatesIn(stack: TestStack): string[] {
  return [...SERVICES, "supervisor"].filter((name) => {
    const groups = new Set(processesOf(stack.stateDir, name).map(groupOf));
    groups.delete(undefined);
    // A supervisor that has lost its record may still live for a moment: it starts nothing.
    return groups.size > (name === "supervisor" ? 2 : 1);
  });
}

function leadersOf(stack: TestStack, name: string): number[] {
  return processesOf(stack.stateDir, name).filter((pid) => groupOf(pid) === pid);
}

/** The process group of a living process; undefined where it has ended. */
function groupOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields[0] === "Z" ? undefined : Number(fields[2]);
  } catch {
    return undefined;
  }
}

/** Somebody's process, which has nothing to do with any of this. */
async function startDecoy(): Promise<ChildProcess> {
  const decoy = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  await once(decoy, "spawn");
  onTestFinished(() => {
    decoy.kill("SIGKILL");
  });
  return decoy;
}

/** One that serves by itself, one whose child serves, and one that needs both. */
async function configOf(): Promise<string> {
  const [alone = 0, parent = 0, dependent = 0] = await freePorts(3);
  const program = (name: string): string =>
    fileURLToPath(new URL(`../../fixtures/services/${name}.js`, import.meta.url));
  const service = (name: string, file: string, port: number, needs: readonly string[]): string => `
  ${name}:
    command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(program(file))}]
    port: ${port}
    env: { PORT: "${port}" }
    depends_on: [${needs.join(", ")}]
    ready: { http: / }
    restart: { policy: always, backoff_ms: 50, limit: 1000 }`;
  return [
    "services:",
    service("alone", "serves-health", alone, []),
    service("parent", "forks-a-child", parent, []),
    service("dependent", "serves-health", dependent, ["alone", "parent"]),
  ].join("");
}
