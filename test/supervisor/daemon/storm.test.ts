import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { identify, isAlive, isSameProcess } from "../../../src/os/process-identity.ts";
import type { ProcessIdentity } from "../../../src/os/process-table.ts";
import { parseStat } from "../../../src/os/procfs.ts";
import { readDesiredState } from "../../../src/supervisor/daemon/desired-state-file.ts";
import { readStates } from "../../../src/supervisor/daemon/service-states-file.ts";
import { readRecord, writeRecord } from "../../../src/supervisor/process-record.ts";
import type { StateFolder } from "../../../src/supervisor/state-folder.ts";
import { withLock } from "../../../src/supervisor/state-lock.ts";
import { stopService } from "../../../src/supervisor/stop-service.ts";
import { type Dice, throwDice } from "../../support/fuzz/dice.ts";
import { rounds } from "../../support/rounds.ts";
import { eventually, fixtureService, temporaryState } from "../helpers.ts";
import { obedient, QUICK, Stack, SUPERVISOR_COMMAND } from "./helpers.ts";

/** More of them, and the ones of a failure again: `STORM_ROUNDS=200 STORM_SEED=4711 npx vitest run storm`. */
const ROUNDS = Number(process.env["STORM_ROUNDS"] ?? rounds(12, 200));
const SEED = Number(process.env["STORM_SEED"] ?? Date.now() % 1_000_000);

const SERVICES = ["engine", "gateway", "hmi"];
/** Restarts as often as it takes. */
const TIRELESS = { ...QUICK, when: "always", maxBackoffMs: 50, limit: Number.MAX_SAFE_INTEGER } as const;

test(`${ROUNDS} rounds of kill -9 leave never two of one service (seed ${SEED})`, {
  timeout: 20_000 + ROUNDS * 5000,
}, async () => {
  const state = temporaryState();
  const stack = new Stack(state, [
    await obedient(state, "engine", { restart: TIRELESS }),
    await fixtureService("forks-a-child", state, {
      name: "gateway",
      dependsOn: ["engine"],
      restart: TIRELESS,
    }),
    await fixtureService("listens-late", state, { name: "hmi", dependsOn: ["gateway"], restart: TIRELESS }),
  ]);
  const innocent = decoy();
  await stack.up();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const dice = throwDice(SEED, round);
    if (dice.chance(20)) await nameInRecord(innocent, dice.pick(SERVICES), state);
    for (let kills = dice.number(3); kills >= 0; kills -= 1) {
      await strike(dice, stack);
      await delay(dice.number(150));
      expectOneOfEach(stack);
      expectReadable(state);
    }
    await calm(stack);
    expectOneOfEach(stack);
    expect(stack.marked("supervisor"), "supervisors").toHaveLength(1);
    expect(identify(innocent.pid), "the decoy").toEqual(innocent);
  }
});

/** A process that has nothing to do with the stack, and dies of any signal. */
function decoy(): ProcessIdentity {
  const child = spawn("sleep", ["100000"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return identify(child.pid ?? 0) ?? expect.unreachable();
}

/** As if a service had had the decoy's pid before: its record stays behind, and the pid is somebody else's. */
async function nameInRecord({ pid }: ProcessIdentity, name: string, state: StateFolder): Promise<void> {
  await withLock(state, async () => {
    const reading = readRecord(state, name);
    if (reading.kind !== "record" || reading.record.pid === pid) return;
    await stopService(reading.record, state, { timeoutMs: 0 });
    writeRecord(state, { ...reading.record, pid });
  });
}

/** Kills somebody, or has somebody ask for all services and kills that one. */
async function strike(dice: Dice, stack: Stack): Promise<void> {
  const victim = dice.pick(["supervisor", "supervisor", "asker", ...SERVICES]);
  if (victim === "asker") return await killAsker(dice.number(400), stack);
  const pids = stack.marked(victim);
  // All of it is fair game: the leader, or a child.
  if (pids.length > 0) await kill(dice.pick(pids));
}

/** As `stack up` that gets kill -9 at any moment. */
async function killAsker(afterMs: number, { plan }: Stack): Promise<void> {
  const file = fileURLToPath(new URL("./programs/asks.ts", import.meta.url));
  const args = [file, JSON.stringify(plan), JSON.stringify(SUPERVISOR_COMMAND)];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const ended = once(child, "exit");
  await Promise.race([delay(afterMs), ended]);
  child.kill("SIGKILL");
  await ended;
}

/** Until it is gone: between the signal and the end it looks alive, and nobody would start another one. */
async function kill(pid: number): Promise<void> {
  const victim = identify(pid);
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
  await eventually(() => victim !== undefined && isAlive(victim)).toBe(false);
}

/** Until all services are ready again: what was given up, because it was killed at its first start, is asked for anew. */
async function calm(stack: Stack): Promise<void> {
  const deadline = performance.now() + 15_000;
  const isCalm = () => {
    const { states, isAlive } = readStates(stack.state);
    return (
      isAlive && SERVICES.every((name) => states?.services[name]?.phase === "ready" && isRunning(stack, name))
    );
  };
  await stack.supervise();
  while (!isCalm()) {
    if (performance.now() > deadline)
      expect.fail(`not calm: ${JSON.stringify(readStates(stack.state), null, 2)}`);
    const failed = SERVICES.filter((name) => stack.report(name)?.phase === "failed");
    if (failed.length > 0) await stack.up(...failed);
    await delay(20);
  }
}

function isRunning({ state }: Stack, name: string): boolean {
  const reading = readRecord(state, name);
  return reading.kind === "record" && isSameProcess(reading.record);
}

/** All that carries the mark of a service is in one process group, since each start makes a new one. */
function expectOneOfEach(stack: Stack): void {
  for (const name of SERVICES) {
    const groups = new Set(stack.marked(name).flatMap(groupOf));
    expect(groups.size, `process groups of ${name}: ${[...groups]}`).toBeLessThanOrEqual(1);
  }
}

function groupOf(pid: number): number[] {
  try {
    return [parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))?.group ?? 0];
  } catch {
    return [];
  }
}

function expectReadable(state: StateFolder): void {
  expect(readStates(state).problem).toBeUndefined();
  expect(readDesiredState(state).problem).toBeUndefined();
  for (const name of ["supervisor", ...SERVICES]) expect(readRecord(state, name).kind).not.toBe("unreadable");
}
