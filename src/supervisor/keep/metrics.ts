import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { Gauge, Registry } from "prom-client";
import { everyone, membersOf } from "../os/identity.ts";
import { usageOf } from "../os/usage.ts";
import { readRecord } from "../record.ts";
import type { StateFolder } from "../state.ts";
import type { Address } from "../types.ts";
import type { Board } from "./board.ts";

/**
 * Serves `GET /metrics` for Prometheus. Only on this machine: nobody has to prove who they are to read it.
 *
 * @throws Error where the address is not of this machine, or is taken
 */
export async function serveMetrics(address: Address, board: Board, state: StateFolder): Promise<Server> {
  if (!LOOPBACK.test(address.host))
    throw new Error(`Metrics are served on a loopback address only, and ${address.host} is none.`);
  const registry = registryOf(board, state);
  const server = createServer(async (request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404).end("There is only GET /metrics.\n");
      return;
    }
    response.setHeader("content-type", registry.contentType).end(await registry.metrics());
  });
  server.listen(address.port, address.host);
  await once(server, "listening");
  return server;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** All are read when somebody asks, so that nobody pays for them otherwise. */
function registryOf(board: Board, state: StateFolder): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, read: (service: string) => number | undefined) =>
    new Gauge({
      name,
      help,
      labelNames: ["service"],
      registers: [registry],
      collect() {
        this.reset();
        for (const service of board.names) {
          const value = read(service);
          if (value !== undefined) this.set({ service }, value);
        }
      },
    });
  const phaseOf = (service: string) => board.of(service).phase;
  gauge("stack_service_up", "1 while the service runs, else 0.", (service) =>
    ["starting", "ready", "unhealthy"].includes(phaseOf(service)) ? 1 : 0,
  );
  gauge("stack_service_ready", "1 while the service is ready, else 0.", (service) =>
    phaseOf(service) === "ready" ? 1 : 0,
  );
  gauge(
    "stack_service_restarts_total",
    "Restarts after a failure since the service was last asked for.",
    (service) => board.of(service).restarts,
  );
  gauge("stack_service_probe_seconds", "Time of the last good answer to a liveness probe.", (service) => {
    const latencyMs = board.latencyOf(service);
    return latencyMs === undefined ? undefined : latencyMs / 1000;
  });
  const usage = (service: string) => {
    const reading = readRecord(state, service);
    if (reading.kind !== "record") return undefined;
    const members = everyone(membersOf({ service, stateDir: state.root }, reading.record));
    return usageOf(members.map(({ pid }) => pid));
  };
  gauge(
    "stack_service_resident_bytes",
    "Resident memory of all processes of the service; shared memory counts for each.",
    (service) => usage(service)?.rssBytes,
  );
  gauge("stack_service_cpu_seconds_total", "CPU time of all processes of the service.", (service) => {
    const cpuMs = usage(service)?.cpuMs;
    return cpuMs === undefined ? undefined : cpuMs / 1000;
  });
  return registry;
}
