import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appendEvent } from "../../src/supervisor/daemon/service-events.ts";
import { prepareState, stateFolder } from "../../src/supervisor/state-folder.ts";
import type { ServiceEvent } from "../../src/supervisor/supervisor-protocol.ts";
import { PATH, type Run, runStack, testStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const STARTED: ServiceEvent = {
  time: "2026-11-21T10:00:00.000Z",
  service: null,
  event: "supervising",
  pid: 7,
  detail: null,
};
const EXITED: ServiceEvent = {
  time: "2026-11-21T10:00:01.000Z",
  service: "gateway",
  event: "exited",
  pid: 8,
  detail: "it exited with code 1",
};

async function events(recorded: readonly ServiceEvent[], ...args: string[]): Promise<Run> {
  const cwd = tempFolder();
  const state = stateFolder(join(cwd, ".stack"));
  prepareState(state);
  for (const event of recorded) appendEvent(state, event);
  return await runStack(["events", ...args], { cwd, env: { PATH, HOME: cwd } });
}

test("events are told in words", async () => {
  const { exitCode, stdout } = await events([STARTED, EXITED]);
  expect(exitCode).toBe(0);
  expect(stdout.split("\n").map((line) => line.replace(/^.*?:\d\d:\d\d {2}/, ""))).toEqual([
    "supervisor  watches the services from now on  pid 7",
    "gateway     ended  it exited with code 1  pid 8",
  ]);
});

test("--json prints them as they are recorded", async () => {
  const { stdout } = await events([STARTED, EXITED], "--json");
  expect(stdout.split("\n").map((line) => JSON.parse(line))).toEqual([STARTED, EXITED]);
});

test("--service and --since choose", async () => {
  const both = [STARTED, EXITED];
  expect(JSON.parse((await events(both, "--service", "gateway", "--json")).stdout)).toEqual(EXITED);
  expect(JSON.parse((await events(both, "--since", EXITED.time, "--json")).stdout)).toEqual(EXITED);
  expect(JSON.parse((await events(both, "--service", "supervisor", "--json")).stdout)).toEqual(STARTED);
});

test("a service that is neither configured nor recorded is refused, with the nearest name", async () => {
  const gone = { ...EXITED, service: "worker" };
  expect(await events([gone], "--service", "worker")).toMatchObject({ exitCode: 0, stderr: "" });
  const { exitCode, stdout, stderr } = await events([gone], "--service", "worke");
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toBe(
    '✗ There is no service "worke".\n  Did you mean "worker"? Services: engine, gateway, hmi, supervisor, worker.',
  );
});

test("where nothing is recorded, it says so", async () => {
  expect(await events([])).toEqual({ exitCode: 0, stdout: "", stderr: "No such event is recorded." });
});

test("--follow shows what happens, and passes over what is no event", async () => {
  const { stateDir, start } = await testStack();
  const state = stateFolder(stateDir);
  mkdirSync(state.log, { recursive: true });
  const following = start("events", "-f");
  appendFileSync(join(state.log, "events.ndjson"), "no event\n");
  appendEvent(state, EXITED);
  await following.said("it exited with code 1");
  following.kill("SIGINT");
  expect(await following.ended).toMatchObject({ exitCode: 0, stderr: "" });
});
