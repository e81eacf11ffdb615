import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { membersOf } from "../../../src/os/process-members.ts";
import { endSupervisor, ensureSupervisor } from "../../../src/supervisor/client/ensure-supervisor.ts";
import { readDesiredState, writeDesiredState } from "../../../src/supervisor/daemon/desired-state-file.ts";
import { readEvents } from "../../../src/supervisor/daemon/service-events.ts";
import { readStates } from "../../../src/supervisor/daemon/service-states-file.ts";
import { readRecord } from "../../../src/supervisor/process-record.ts";
import type {
  Command,
  RestartPolicy,
  ServiceRecord,
  ServiceSpec,
} from "../../../src/supervisor/service-spec.ts";
import type { StateFolder } from "../../../src/supervisor/state-folder.ts";
import { withLock } from "../../../src/supervisor/state-lock.ts";
import { stopService } from "../../../src/supervisor/stop-service.ts";
import type { ServiceReport, SupervisorPlan } from "../../../src/supervisor/supervisor-protocol.ts";
import { type AddressedSpec, fixtureService, freePort, HEALTH } from "../helpers.ts";

/** The supervisor as it was built: from its sources it would take five times as long to start. */
export const SUPERVISOR_COMMAND: Command = {
  file: process.execPath,
  args: [fileURLToPath(new URL("../../../dist/supervisor-process.js", import.meta.url))],
  cwd: fileURLToPath(new URL("../../..", import.meta.url)),
};

/** A policy with short pauses. */
export const QUICK: RestartPolicy = {
  when: "on-failure",
  backoffMs: 20,
  maxBackoffMs: 200,
  limit: 3,
  withinMs: 60_000,
};

/** A policy that starts nothing again. */
export const NEVER: RestartPolicy = { ...QUICK, when: "no" };

/** A stack of the test's own, with a supervisor that is ended after the test. */
export class Stack {
  readonly state: StateFolder;
  readonly plan: SupervisorPlan;

  constructor(state: StateFolder, services: readonly ServiceSpec[], more: Partial<SupervisorPlan> = {}) {
    this.state = state;
    this.plan = { version: "0.0.0", stateDir: state.root, services, watched: [], ...more };
    onTestFinished(() => this.down());
  }

  /** Asks for services anew, as `stack up` and `stack restart` do; for all of them without names. */
  async up(...names: readonly string[]): Promise<ServiceRecord> {
    const asked = names.length > 0 ? names : this.plan.services.map(({ name }) => name);
    return await withLock(this.state, async (state) => {
      const requests = asked.map((name) => [name, { request: randomUUID() }]);
      writeDesiredState(this.state, {
        services: { ...readDesiredState(this.state).services, ...Object.fromEntries(requests) },
      });
      return await ensureSupervisor(this.plan, state, SUPERVISOR_COMMAND);
    });
  }

  /** Sees to it that a supervisor lives, and asks for nothing new. */
  async supervise(): Promise<ServiceRecord> {
    return await withLock(this.state, (state) => ensureSupervisor(this.plan, state, SUPERVISOR_COMMAND));
  }

  /** Stops services as `stack down` does; all of them, and the supervisor, without names. */
  async down(...names: readonly string[]): Promise<void> {
    await withLock(this.state, async (state) => {
      const left = Object.entries(readDesiredState(this.state).services).filter(
        ([name]) => names.length > 0 && !names.includes(name),
      );
      writeDesiredState(this.state, { services: Object.fromEntries(left) });
      if (left.length === 0) await endSupervisor(state);
      for (const { name } of this.plan.services) {
        const reading = readRecord(this.state, name);
        if (reading.kind === "record" && (names.length === 0 || names.includes(name)))
          await stopService(reading.record, this.state);
      }
    });
  }

  report(name: string): ServiceReport | undefined {
    return readStates(this.state).states?.services[name];
  }

  /** The pid of a service's leader by its record. */
  pid(name: string): number | undefined {
    const reading = readRecord(this.state, name);
    return reading.kind === "record" ? reading.record.pid : undefined;
  }

  /** The living processes that carry a service's mark. */
  marked(name: string): number[] {
    const { group, strays } = membersOf({ service: name, stateDir: this.state.root });
    return [...group, ...strays].map(({ pid }) => pid);
  }

  async untilPhase(name: string, phase: ServiceReport["phase"], timeout = 20_000): Promise<ServiceReport> {
    await expect.poll(() => this.report(name)?.phase, { timeout, interval: 10 }).toBe(phase);
    return this.report(name) ?? expect.unreachable();
  }

  /** Until a service is ready in answer to its present request. */
  async untilReady(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await expect
        .poll(() => this.readyRequest(name), { timeout: 20_000, interval: 10 })
        .toBe(readDesiredState(this.state).services[name]?.request);
    }
  }

  readyRequest(name: string): string | null | undefined {
    const report = this.report(name);
    return report?.phase === "ready" ? report.request : undefined;
  }

  /** The events of a service, oldest first. */
  events(service: string | null): string[] {
    return readEvents(this.state)
      .filter((event) => event.service === service)
      .map(({ event }) => event);
  }
}

/** A service that does as it is asked; see programs/obeys.js. */
export async function obedient(
  state: StateFolder,
  name: string,
  changes: Partial<ServiceSpec> = {},
): Promise<AddressedSpec> {
  const port = await freePort();
  const file = fileURLToPath(new URL("./programs/obeys.js", import.meta.url));
  return await fixtureService("serves-health", state, {
    name,
    command: { file: process.execPath, args: [file], cwd: state.root, env: { PORT: String(port) } },
    address: { host: "127.0.0.1", port },
    ready: HEALTH,
    restart: QUICK,
    ...changes,
  });
}

/** Tells an obedient service to do something; whether it answers is its own affair. */
export async function tell({ address }: AddressedSpec, path: string): Promise<void> {
  await fetch(`http://127.0.0.1:${address.port}/${path}`).catch(() => undefined);
}
