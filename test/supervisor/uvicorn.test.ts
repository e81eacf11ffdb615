import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findListeners } from "../../src/os/listening-ports.ts";
import { identify, isSameProcess } from "../../src/os/process-identity.ts";
import { everyone, membersOf } from "../../src/os/process-members.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";
import { stopService } from "../../src/supervisor/stop-service.ts";
import { PYTHON_SERVICES, whyNoPython } from "../support/python.ts";
import { fixtureService, temporaryFolder, temporaryState } from "./helpers.ts";
import { startService } from "./start-service.ts";

const missing = await whyNoPython();
if (missing !== undefined) test("uvicorn --reload, supervised", ({ skip }) => skip(missing));

/** A FastAPI gateway under `uvicorn --reload`, in a copy of its folder, started and ready. */
async function reloadingGateway() {
  const state = temporaryState();
  const folder = join(temporaryFolder(), "gateway");
  cpSync(PYTHON_SERVICES, folder, { recursive: true });
  const base = await fixtureService("serves-health", state, { startTimeoutMs: 30_000 });
  const env = {
    ...base.command.env,
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
    ENGINE_URL: "http://127.0.0.1:9",
  };
  const args = ["gateway_app.py", "--reload"];
  const spec = { ...base, command: { file: "/usr/bin/python3", args, cwd: folder, env } };
  const record = await startService(spec, state);
  const pids = () =>
    everyone(membersOf({ service: spec.name, stateDir: state.root }, record)).map(({ pid }) => pid);
  return { state, spec, folder, record, pids };
}

/** The pids of the servers that uvicorn's watcher has started so far. */
function serversIn({ log }: ServiceRecord): number[] {
  const lines = readFileSync(log, "utf8").matchAll(/Started server process \[(\d+)\]/g);
  return [...lines].map(([, pid]) => Number(pid));
}

describe.runIf(missing === undefined)("uvicorn --reload", { timeout: 60_000 }, () => {
  test("is watched and stopped with the server that it starts", async () => {
    const { state, spec, record, pids } = await reloadingGateway();
    expect(await inspectService(spec, state)).toMatchObject({ state: "running", healthy: true });
    const members = pids();
    expect(members).toEqual(expect.arrayContaining([record.pid, ...serversIn(record)]));
    expect(await stopService(record, state)).toMatchObject({ outcome: "stopped", listeners: [] });
    expect(members.flatMap((pid) => identify(pid) ?? [])).toEqual([]);
    expect(readdirSync(state.run)).toEqual([]);
  });

  test("starts a new server when a file changes, and is the same service", async () => {
    const { state, spec, folder, record, pids } = await reloadingGateway();
    const file = join(folder, "gateway_app.py");
    writeFileSync(file, `${readFileSync(file, "utf8")}\n# changed\n`);
    await expect.poll(() => serversIn(record).length).toBe(2);
    await expect
      .poll(() => inspectService(spec, state))
      .toMatchObject({ state: "running", healthy: true, record });
    const members = pids();
    await stopService(record, state);
    expect(members.flatMap((pid) => identify(pid) ?? [])).toEqual([]);
    expect(await findListeners(spec.address)).toEqual([]);
  });

  test("whose server is killed runs, does not answer, and leaves nobody when it is stopped", async () => {
    const { state, spec, record, pids } = await reloadingGateway();
    const [server = expect.unreachable("no server was started")] = serversIn(record);
    process.kill(server, "SIGKILL");
    // The watcher lives on and keeps the socket, on which nobody answers: only a probe tells.
    await expect.poll(() => inspectService(spec, state)).toMatchObject({ state: "running", healthy: false });
    expect(isSameProcess(record)).toBe(true);
    const members = pids();
    await stopService(record, state);
    expect(members.flatMap((pid) => identify(pid) ?? [])).toEqual([]);
    expect(await findListeners(spec.address)).toEqual([]);
  });
});
