import { readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { identifySelf } from "../../../src/os/process-identity.ts";
import {
  desiredStateFile,
  readDesiredState,
  writeDesiredState,
} from "../../../src/supervisor/daemon/desired-state-file.ts";
import { fileVersionOf } from "../../../src/supervisor/daemon/json-file.ts";
import {
  appendEvent,
  eventsFile,
  putEventsAside,
  readEvents,
} from "../../../src/supervisor/daemon/service-events.ts";
import { readStates, writeStates } from "../../../src/supervisor/daemon/service-states-file.ts";
import type { ServiceEvent, SupervisorStates } from "../../../src/supervisor/supervisor-protocol.ts";
import { temporaryState } from "../helpers.ts";

const EVENT: ServiceEvent = {
  time: "2026-01-02T03:04:05.678Z",
  service: "sample",
  event: "exited",
  pid: 4711,
  detail: "it exited with code 1",
};

function someStates(change: Partial<SupervisorStates> = {}): SupervisorStates {
  const { pid, startTime, bootId } = identifySelf();
  return { pid, start_time: startTime, boot_id: bootId, plan_digest: "d", services: {}, ...change };
}

test("what is wanted is read as it was written, by its owner only", () => {
  const state = temporaryState();
  const wanted = { services: { gateway: { request: "r1" } } };
  writeDesiredState(state, wanted);
  expect(readDesiredState(state)).toEqual({ ...wanted, problem: undefined });
  expect(statSync(desiredStateFile(state)).mode & 0o777).toBe(0o600);
});

test("without a file nothing is wanted, and nothing is wrong", () => {
  expect(readDesiredState(temporaryState())).toEqual({ services: {}, problem: undefined });
});

test.each(["", "{", "[]", '{"services":[]}', '{"services":{"a":{"request":1}}}', "\u0000"])(
  "in a damaged file, %j, nothing is wanted, and the problem is told",
  (text) => {
    const state = temporaryState();
    writeFileSync(desiredStateFile(state), text);
    expect(readDesiredState(state)).toEqual({
      services: {},
      problem: expect.stringContaining(desiredStateFile(state)),
    });
  },
);

test("whatever is in the files, reading them does not throw", () => {
  const state = temporaryState();
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      writeFileSync(desiredStateFile(state), text);
      writeFileSync(join(state.root, "states.json"), text);
      writeFileSync(eventsFile(state), text);
      readDesiredState(state);
      readStates(state);
      readEvents(state);
    }),
  );
});

test("a file that cannot even be looked at is another one than before, and nothing throws", () => {
  const path = desiredStateFile(temporaryState());
  expect(fileVersionOf(path)).toBe("none");
  symlinkSync(path, path);
  expect(fileVersionOf(path)).toContain("ELOOP");
});

test("states tell whether their writer lives", () => {
  const state = temporaryState();
  expect(readStates(state)).toEqual({ states: undefined, isAlive: false, problem: undefined });
  writeStates(state, someStates());
  expect(readStates(state)).toMatchObject({ isAlive: true, states: someStates() });
  writeStates(state, someStates({ start_time: "1" }));
  expect(readStates(state).isAlive).toBe(false);
});

test("an event is a line of its own, and the next one follows", () => {
  const state = temporaryState();
  appendEvent(state, EVENT);
  appendEvent(state, { ...EVENT, event: "restarting" });
  expect(readFileSync(eventsFile(state), "utf8").split("\n")).toHaveLength(3);
  expect(statSync(eventsFile(state)).mode & 0o777).toBe(0o600);
  expect(readEvents(state)).toEqual([EVENT, { ...EVENT, event: "restarting" }]);
});

test("a symbolic link in the place of the events is not followed", () => {
  const state = temporaryState();
  const elsewhere = join(state.root, "elsewhere");
  symlinkSync(elsewhere, eventsFile(state));
  expect(() => appendEvent(state, EVENT)).toThrow("ELOOP");
});

test("events that have become many are put aside, and still read", () => {
  const state = temporaryState();
  appendEvent(state, EVENT);
  truncateSync(eventsFile(state), 6 * 1024 * 1024);
  appendEvent(state, { ...EVENT, event: "restarting" });
  putEventsAside(state);
  appendEvent(state, { ...EVENT, event: "ready" });
  putEventsAside(state);
  expect(statSync(eventsFile(state)).size).toBeLessThan(1000);
  expect(readEvents(state).map(({ event }) => event)).toEqual(["exited", "ready"]);
});
