import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import type { Address } from "../../src/contract/address.ts";
import { inspectService } from "../../src/supervisor/inspect-service.ts";
import { probe } from "../../src/supervisor/run-probe.ts";
import type { HttpProbe, ServiceSpec, TcpProbe } from "../../src/supervisor/service-spec.ts";
import { prepareState, type StateFolder, stateFolder } from "../../src/supervisor/state-folder.ts";
import { stopService } from "../../src/supervisor/stop-service.ts";
import { freePorts } from "../support/ports.ts";

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "supervisor-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A state folder that is ready for use and removed after the test. */
export function temporaryState(): StateFolder {
  const state = stateFolder(join(temporaryFolder(), "state"));
  prepareState(state);
  return state;
}

/** One of {@link freePorts}. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** An HTTP server of the test itself, closed after it. */
export async function listen(server: Server, port = 0, host = "127.0.0.1"): Promise<Server> {
  server.listen(port, host);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

/** A service that listens. */
export type AddressedSpec = ServiceSpec & { readonly address: Address };

/** Asks a service at `/health`. */
export const HEALTH: HttpProbe = { kind: "http", path: "/health", timeoutMs: 1000 };

/** Looks until it is as expected, for up to 20 s: a machine under load takes its time. */
export function eventually<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: 20_000, interval: 20 });
}

/** Whether anybody listens. */
export const TCP: TcpProbe = { kind: "tcp", timeoutMs: 1000 };

/** A service that runs a program of fixtures/services; whatever is left of it is stopped after the test. */
export async function fixtureService(
  program: string,
  state: StateFolder,
  changes: Partial<ServiceSpec> = {},
): Promise<AddressedSpec> {
  const file = fixture(program);
  const port = changes.address?.port ?? (await freePort());
  const spec = {
    name: "sample",
    command: { file: process.execPath, args: [file], cwd: state.root, env: { PORT: String(port) } },
    address: { host: "127.0.0.1", port },
    ready: HEALTH,
    ...changes,
  };
  stopAfterTest(spec, state);
  return spec;
}

/** A program of fixtures/services that somebody started by hand on a port, in a group of its own; it listens. */
export async function byHand(
  program: string,
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  return await listening(process.execPath, [fixture(program)], port, env);
}

/** A program that somebody started by hand, once it listens; its group is killed after the test. */
export async function listening(
  file: string,
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const child = spawn(file, args, {
    env: { PATH: process.env["PATH"], PORT: String(port), ...env },
    detached: true,
    stdio: "ignore",
  });
  const { pid = 0 } = child;
  onTestFinished(() => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  });
  const socket = { address: { host: "127.0.0.1", port } };
  await eventually(() => probe(socket, TCP)).toMatchObject({ ok: true });
  return child;
}

/** Stops what the state folder or the mark names, after the test. */
export function stopAfterTest(spec: ServiceSpec, state: StateFolder): void {
  onTestFinished(async () => {
    const found = await inspectService(spec, state);
    if (found.state === "running" || found.state === "stale")
      await stopService(found.record, state, { timeoutMs: 0 });
  });
}

/** The path of a program of fixtures/services. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/services/${name}.js`, import.meta.url));
}

/** The path of a program of this folder. */
export function program(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
}
