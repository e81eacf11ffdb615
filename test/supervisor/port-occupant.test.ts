import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findListeners } from "../../src/os/listening-ports.ts";
import { isSameProcess } from "../../src/os/process-identity.ts";
import { describeOccupant } from "../../src/supervisor/describe-occupant.ts";
import { isReplaceable } from "../../src/supervisor/end-occupant.ts";
import {
  judgeOccupant,
  type Occupant,
  type OccupantClues,
  occupantOf,
} from "../../src/supervisor/port-occupant.ts";
import { probe } from "../../src/supervisor/run-probe.ts";
import type { StateFolder } from "../../src/supervisor/state-folder.ts";
import {
  type AddressedSpec,
  byHand,
  eventually,
  fixture,
  fixtureService,
  listen,
  listening,
  temporaryState,
} from "./helpers.ts";
import { startService } from "./start-service.ts";

const KEEPER = { name: "systemd unit ollama.service", stop: "sudo systemctl disable --now ollama" };
const REFUSED = { ok: false, error: "not ready (status 404)", latencyMs: 1 };
const BY_HAND: OccupantClues = {
  listener: { address: "127.0.0.1", port: 6101, pid: 9120 },
  process: {
    pid: 9120,
    startTime: "1",
    bootId: "b",
    command: ["python3", "hmi_app.py"],
    user: "maria",
    cwd: "/srv",
    startedAt: new Date(),
  },
  membership: "none",
  mark: undefined,
  keeper: undefined,
  runsCommand: true,
  isOurUser: true,
  isAboveUs: false,
  probe: { ok: true, status: 200, latencyMs: 1 },
};
const mark = { service: "hmi", stateDir: "/home/maria/.stack" };

test.each<[string, Partial<OccupantClues>, Occupant["kind"], boolean, boolean]>([
  ["the program, by hand", {}, "same_program", true, true],
  ["the program, which does not answer", { probe: REFUSED }, "same_program", false, true],
  ["another program that answers", { runsCommand: false }, "same_program", false, true],
  ["another program that does not", { runsCommand: false, probe: REFUSED }, "foreign", false, true],
  ["the program of another user", { isOurUser: false }, "same_program", false, false],
  ["a process that cannot be seen", { process: undefined, runsCommand: false }, "same_program", false, false],
  ["the program, kept alive", { keeper: KEEPER }, "kept", false, false],
  ["the program of another stack", { mark }, "other_service", false, false],
  ["another stack's, kept by systemd", { mark, keeper: KEEPER }, "other_service", false, false],
  ["the service itself", { membership: "of_living", mark }, "ours", false, false],
  ["what is left of the service", { membership: "of_dead", mark }, "stale", false, true],
  ["what runs this command", { isAboveUs: true }, "same_program", false, false],
])("%s", (_, clues, kind, adoptable, replaceable) => {
  const occupant = judgeOccupant({ ...BY_HAND, ...clues });
  expect([occupant.kind, occupant.adoptable, isReplaceable(occupant)]).toEqual([
    kind,
    adoptable,
    replaceable,
  ]);
});

/** The one who listens on a service's address, and what is said of it. */
async function seen(spec: AddressedSpec, state: StateFolder) {
  const [listener = expect.unreachable("nobody listens")] = await findListeners(spec.address);
  const occupant = occupantOf(spec, state, listener, await probe(spec, spec.ready));
  return { ...occupant, text: describeOccupant(occupant, spec, state) };
}

test("the same program started by hand is told, and can be taken over", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const { pid } = await byHand("serves-health", spec.address.port);
  expect(await seen(spec, state)).toMatchObject({
    kind: "same_program",
    adoptable: true,
    process: { pid },
    text: expect.stringMatching(/It runs the same program as sample, and answers as it should\.$/),
  });
});

test("the same program that does not answer is told with its answer", async () => {
  const state = temporaryState();
  const spec = await fixtureService("answers-503", state);
  await byHand("answers-503", spec.address.port);
  expect(await seen(spec, state)).toMatchObject({
    kind: "same_program",
    adoptable: false,
    text: expect.stringMatching(/but does not answer as it should: not ready \(status 503\)\.$/),
  });
});

test("another program that answers alike is not the service", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  await byHand("stops-by-sigint-only", spec.address.port);
  expect(await seen(spec, state)).toMatchObject({
    kind: "same_program",
    adoptable: false,
    text: expect.stringMatching(
      /It answers as sample should, but was started with another command than the configured one\.$/,
    ),
  });
});

test("something else is told by pid, program and folder", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const { pid } = await byHand("answers-503", spec.address.port);
  const { text, ...occupant } = await seen(spec, state);
  expect(occupant).toMatchObject({ kind: "foreign", adoptable: false });
  // A long command is cut, and how long it is depends on where this repository is.
  const program = `${process.execPath} ${fixture("answers-503")}`.slice(0, 90);
  expect(text.slice(0, `pid ${pid}, ${program}`.length)).toBe(`pid ${pid}, ${program}`);
  expect(text).toMatch(/, started \d+ s ago in .*status 503/);
});

test("a service of another stack is told with the command that stops it", async () => {
  const [state, other] = [temporaryState(), temporaryState()];
  const spec = await fixtureService("serves-health", state);
  await startService(await fixtureService("serves-health", other, { ...spec, name: "theirs" }), other);
  expect(await seen(spec, state)).toMatchObject({
    kind: "other_service",
    text: expect.stringContaining(
      `the service theirs of the stack in ${other.root}: \`STACK_STATE_DIR=${other.root} stack down theirs\``,
    ),
  });
});

test("a mark that holds anything is quoted for the shell", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const env = { STACK_SERVICE: "hmi; reboot", STACK_STATE_DIR: "/it's\u001b[2J" };
  await byHand("serves-health", spec.address.port, env);
  expect((await seen(spec, state)).text).toContain(
    "`STACK_STATE_DIR='/it'\\''s?[2J' stack down 'hmi; reboot'`",
  );
});

test("another service of this stack is told as such", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const other = await fixtureService("serves-health", state, { name: "other", address: spec.address });
  await startService(other, state);
  expect((await seen(spec, state)).text).toContain(
    "It is the service other of this stack: `stack down other` stops it.",
  );
});

test("what pm2 keeps alive is told with the command that stops it for good", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const env = { PM2_HOME: "/home/maria/.pm2", pm_id: "3", name: "gateway" };
  await byHand("serves-health", spec.address.port, env);
  expect(await seen(spec, state)).toMatchObject({
    kind: "kept",
    adoptable: false,
    text: expect.stringContaining("kept alive by pm2 as gateway: `pm2 delete gateway` stops it for good."),
  });
});

test("the service itself is ours", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  await startService(spec, state);
  expect(await seen(spec, state)).toMatchObject({
    kind: "ours",
    text: expect.stringMatching(/It is sample itself\.$/),
  });
});

test("what is left of an earlier run is told as such", async () => {
  const state = temporaryState();
  const spec = await fixtureService("forks-a-child", state);
  const record = await startService(spec, state);
  process.kill(record.pid, "SIGKILL");
  await eventually(() => isSameProcess(record)).toBe(false);
  expect(await seen(spec, state)).toMatchObject({
    kind: "stale",
    text: expect.stringContaining("`stack down sample` stops it."),
  });
});

test("the watcher above a server is who runs the command", async () => {
  const state = temporaryState();
  const spec = await fixtureService("forks-a-child", state);
  const { pid } = await byHand("forks-a-child", spec.address.port);
  const found = await seen(spec, state);
  expect(found).toMatchObject({ kind: "same_program", adoptable: true, process: { pid } });
  expect(found.text).toContain(`(its process ${found.listener.pid} listens)`);
});

test("an ollama serve by hand is the engine that ollama serve would be", async () => {
  const state = temporaryState();
  const ollama = fileURLToPath(new URL("../../fixtures/bin/ollama", import.meta.url));
  const { address, ...base } = await fixtureService("serves-health", state);
  const ready = { ...base.ready, path: "/api/version" } as const;
  const command = { file: ollama, args: ["serve"], cwd: state.root };
  await listening(ollama, ["serve"], address.port, { OLLAMA_HOST: `http://127.0.0.1:${address.port}` });
  const spec = { ...base, name: "engine", address, ready, command };
  expect(await seen(spec, state)).toMatchObject({ kind: "same_program", adoptable: true });
});

test("a test that listens itself is above what it runs", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  await listen(
    createServer((_, response) => response.end()),
    spec.address.port,
  );
  expect(await seen(spec, state)).toMatchObject({ isAboveUs: true, adoptable: false });
});
