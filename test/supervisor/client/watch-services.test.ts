import { expect, test } from "vitest";
import { identifySelf } from "../../../src/os/process-identity.ts";
import { watchServices } from "../../../src/supervisor/client/watch-services.ts";
import { writeDesiredState } from "../../../src/supervisor/daemon/desired-state-file.ts";
import { writeStates } from "../../../src/supervisor/daemon/service-states-file.ts";
import { prepareState, stateFolder } from "../../../src/supervisor/state-folder.ts";
import type { ServiceReport } from "../../../src/supervisor/supervisor-protocol.ts";
import { PATIENTLY } from "../../support/cli.ts";
import { tempFolder } from "../../support/temp.ts";

const READY: ServiceReport = {
  phase: "ready",
  request: "r",
  since: "2026-01-05T08:39:31.000Z",
  ready_ms: 400,
  restarts: 1,
  last_exit: null,
  next_start_at: null,
  problem: null,
};

test("an end whose pause went by between two looks is told, and then that the service is ready again", async () => {
  const state = stateFolder(tempFolder());
  prepareState(state);
  writeDesiredState(state, { services: { web: { request: "r" } } });
  const { pid, startTime, bootId } = identifySelf();
  const head = { pid, start_time: startTime, boot_id: bootId, plan_digest: "d" };
  const show = (report: ServiceReport) => writeStates(state, { ...head, services: { web: report } });
  show(READY);
  const told: string[] = [];
  const over = new AbortController();
  const end = watchServices(state, ["web"], {
    signal: over.signal,
    onChange: (name, { phase, restarts }) => told.push(`${name} ${phase} ${restarts}`),
    onMissedEnd: (name, { last_exit }) => told.push(`${name} ended: ${last_exit?.reason}`),
    onUnsupervised: () => undefined,
  });
  const last_exit = { at: READY.since, code: null, signal: null, reason: "it was ended by SIGKILL" };
  show({ ...READY, phase: "backoff", last_exit });
  await expect.poll(() => told, PATIENTLY).toEqual(["web backoff 1"]);
  show({ ...READY, restarts: 2, last_exit });
  await expect.poll(() => told, PATIENTLY).toEqual(["web backoff 1", "web ready 2"]);
  show({ ...READY, restarts: 3, last_exit });
  await expect
    .poll(() => told.slice(2), PATIENTLY)
    .toEqual(["web ended: it was ended by SIGKILL", "web ready 3"]);
  over.abort();
  expect(await end).toEqual({ why: "aborted" });
});
