import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { inspectService } from "../../src/supervisor/inspect.ts";
import { prepareState, type StateFolder, stateFolder } from "../../src/supervisor/state.ts";
import { stopService } from "../../src/supervisor/stop.ts";
import type { ServiceSpec } from "../../src/supervisor/types.ts";

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

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = await listen(createServer());
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
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

/** A service that runs a program of fixtures/services; whatever is left of it is stopped after the test. */
export async function fixtureService(
  program: string,
  state: StateFolder,
  changes: Partial<ServiceSpec> = {},
): Promise<ServiceSpec> {
  const file = fileURLToPath(new URL(`../../fixtures/services/${program}.ts`, import.meta.url));
  const port = changes.address?.port ?? (await freePort());
  const spec: ServiceSpec = {
    name: "sample",
    command: { file: process.execPath, args: [file], cwd: state.root, env: { PORT: String(port) } },
    address: { host: "127.0.0.1", port },
    ready: { path: "/health", timeoutMs: 1000 },
    ...changes,
  };
  stopAfterTest(spec, state);
  return spec;
}

/** Stops what the state folder or the mark names, after the test. */
export function stopAfterTest(spec: ServiceSpec, state: StateFolder): void {
  onTestFinished(async () => {
    const found = await inspectService(spec, state);
    if (found.state === "running" || found.state === "stale")
      await stopService(found.record, state, { timeoutMs: 0 });
  });
}

/** The path of a program of this folder. */
export function program(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
}
