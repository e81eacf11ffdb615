import { createServer } from "node:http";
import { expect, test } from "vitest";
import { findListeners } from "../../src/os/listening-ports.ts";
import { identify } from "../../src/os/process-identity.ts";
import { endOccupant } from "../../src/supervisor/end-occupant.ts";
import { type Occupant, occupantOf } from "../../src/supervisor/port-occupant.ts";
import { probe } from "../../src/supervisor/run-probe.ts";
import type { StateFolder } from "../../src/supervisor/state-folder.ts";
import { type AddressedSpec, byHand, eventually, fixtureService, listen, temporaryState } from "./helpers.ts";
import { startService } from "./start-service.ts";

async function occupantsOf(spec: AddressedSpec, state: StateFolder): Promise<Occupant[]> {
  const answer = await probe(spec, spec.ready);
  return (await findListeners(spec.address)).map((listener) => occupantOf(spec, state, listener, answer));
}

async function occupantIn(spec: AddressedSpec, state: StateFolder): Promise<Occupant> {
  const [occupant = expect.unreachable("nobody listens")] = await occupantsOf(spec, state);
  return occupant;
}

test.each(["answers-503", "forks-a-child", "child-leaves-the-group", "child-hides", "ignores-sigterm"])(
  "%s, started by hand, is ended with all that it started, and the port is free",
  async (program) => {
    const state = temporaryState();
    const spec = await fixtureService("serves-health", state);
    const { pid = 0 } = await byHand(program, spec.address.port);
    const occupant = await occupantIn(spec, state);
    await endOccupant(occupant, spec, state);
    expect(identify(occupant.process?.pid ?? 0)).toBeUndefined();
    expect(await findListeners(spec.address)).toEqual([]);
    await eventually(() => identify(pid)).toBeUndefined();
  },
);

test("several that share the port are ended one by one", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  await byHand("shares-its-port", spec.address.port);
  await byHand("shares-its-port", spec.address.port);
  await eventually(() => findListeners(spec.address)).toHaveLength(2);
  for (const occupant of await occupantsOf(spec, state)) await endOccupant(occupant, spec, state);
  // A process has ended with its first thread; another one of it may close what it has open a moment later.
  await eventually(() => findListeners(spec.address)).toEqual([]);
});

test("what somebody else keeps alive is left alone, with the command that ends it for good", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  const env = { PM2_HOME: "/home/maria/.pm2", pm_id: "3", name: "hmi" };
  const { pid = 0 } = await byHand("serves-health", spec.address.port, env);
  await expect(endOccupant(await occupantIn(spec, state), spec, state)).rejects.toMatchObject({
    code: "port_taken",
    message: expect.stringContaining("`pm2 delete hmi`"),
  });
  expect(identify(pid)).toBeDefined();
});

test("a service of another stack is left alone, with the command that ends it", async () => {
  const [state, other] = [temporaryState(), temporaryState()];
  const spec = await fixtureService("serves-health", state);
  const { pid } = await startService(await fixtureService("serves-health", other, spec), other);
  await expect(endOccupant(await occupantIn(spec, state), spec, state)).rejects.toMatchObject({
    message: expect.stringContaining(`STACK_STATE_DIR=${other.root} stack down sample`),
  });
  expect(identify(pid)).toBeDefined();
});

test("what runs this very process is left alone", async () => {
  const state = temporaryState();
  const spec = await fixtureService("serves-health", state);
  await listen(
    createServer((_, response) => response.end()),
    spec.address.port,
  );
  await expect(endOccupant(await occupantIn(spec, state), spec, state)).rejects.toMatchObject({
    message: expect.stringContaining("This command runs inside it."),
  });
});
