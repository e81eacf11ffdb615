import { expect, test } from "vitest";
import { withCommandLock } from "../../../src/supervisor/client/lock-for-command.ts";
import {
  requestServices,
  type ServiceRequests,
  withdrawRequests,
} from "../../../src/supervisor/client/request-services.ts";
import { readDesiredState } from "../../../src/supervisor/daemon/desired-state-file.ts";
import { readEnvironment } from "../../../src/supervisor/daemon/request-environment.ts";
import { writeStates } from "../../../src/supervisor/daemon/service-states-file.ts";
import type { StateFolder } from "../../../src/supervisor/state-folder.ts";
import { temporaryState } from "../helpers.ts";
import { serviceReport } from "../service-report.ts";

async function ask(
  state: StateFolder,
  requests: Readonly<Record<string, string | null>>,
  more: Partial<ServiceRequests> = {},
): Promise<void> {
  const nothingElse = { starting: [], env: {}, dropped: new Set<string>(), unrecorded: [] };
  const asked = { requests: new Map(Object.entries(requests)), ...nothingElse, ...more };
  await withCommandLock(state, async (locked) => requestServices(locked, asked));
}

test("what is asked for anew has its new request, and what is to run on keeps the one that it has", async () => {
  const state = temporaryState();
  await ask(state, { web: "first", db: "first" });
  await ask(state, { web: "second", db: null });
  expect(readDesiredState(state).services).toEqual({ web: { request: "second" }, db: { request: "first" } });
});

test("a request that was lost is known by the answer to it", async () => {
  const state = temporaryState();
  await withCommandLock(state, async () => undefined);
  const web = serviceReport("ready", { request: "answered" });
  const supervisor = { pid: 2, start_time: "1", boot_id: "gone", plan_digest: "" };
  writeStates(state, { ...supervisor, services: { web } });
  await ask(state, { web: null });
  expect(readDesiredState(state).services).toEqual({ web: { request: "answered" } });
});

test("what is started has the environment of whoever asks, until it is not wanted any more", async () => {
  const state = temporaryState();
  await ask(state, { web: "first", db: "first" }, { starting: ["web", "db"], env: { COLOUR: "blue" } });
  expect(readEnvironment(state, "web")).toEqual({ COLOUR: "blue" });
  await ask(state, {}, { dropped: new Set(["web"]) });
  expect(readEnvironment(state, "web")).toBeUndefined();
  expect(readEnvironment(state, "db")).toEqual({ COLOUR: "blue" });
  expect(readDesiredState(state).services).toEqual({ db: { request: "first" } });
});

test("requests are withdrawn by name, or all of them", async () => {
  const state = temporaryState();
  await ask(state, { web: "first", db: "first", mail: "first" }, { starting: ["web"], env: {} });
  await withCommandLock(state, (locked) => withdrawRequests(locked, ["web"], false));
  expect(Object.keys(readDesiredState(state).services)).toEqual(["db", "mail"]);
  expect(readEnvironment(state, "web")).toBeUndefined();
  await withCommandLock(state, (locked) => withdrawRequests(locked, ["db"], true));
  expect(readDesiredState(state).services).toEqual({});
});
