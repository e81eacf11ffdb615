import { once } from "node:events";
import type { Server } from "node:http";
import { isLoopback } from "../../contract/address.ts";
import { createGuardedServer, deedOf } from "../../http-guard/guarded-server.ts";
import { ownPagesOnly } from "../../http-guard/host-and-origin-policies.ts";
import { everyone, membersOf } from "../../os/process-members.ts";
import { type ProcessUsage, processUsageOf } from "../../os/process-usage.ts";
import { readRecord } from "../process-record.ts";
import { serviceMark } from "../service-mark.ts";
import type { StateFolder } from "../state-folder.ts";
import type { MetricsAddress } from "../supervisor-protocol.ts";
import { LIVING } from "./resume-service.ts";
import type { ServiceStateStore } from "./service-state-store.ts";

/**
 * Serves `GET /metrics` for Prometheus. Only on this machine: nobody has to prove who they are to read it. Everything
 * is looked up when somebody asks, so that nobody pays for it otherwise.
 *
 * @throws Error where the address is not of this machine, or is taken
 */
export async function serveMetrics(
  address: MetricsAddress,
  states: ServiceStateStore,
  state: StateFolder,
): Promise<Server> {
  if (!isLoopback(address.host))
    throw new Error(`Metrics are served on a loopback address only, and ${address.host} is none.`);
  const policy = ownPagesOnly(address);
  const server = createGuardedServer({
    guard: (request) => ({ policy, deed: deedOf(request) }),
    answer(request, response) {
      if (request.method !== "GET" || request.url !== "/metrics") {
        response.writeHead(404).end("There is only GET /metrics.\n");
        return;
      }
      response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
      response.end(exposition(states.names.map((name) => sampleOf(name, states, state))));
    },
  });
  server.listen(address.port, address.host);
  await once(server, "listening");
  // No more connections than there are descriptors: that is no reason to end the supervision.
  server.on("error", () => undefined);
  return server;
}

/** What is told of one service. */
interface Sample {
  readonly name: string;
  readonly isUp: boolean;
  readonly isReady: boolean;
  readonly restarts: number;
  readonly latencyMs: number | undefined;
  /** Undefined where no process of ours is recorded. */
  readonly usage: ProcessUsage | undefined;
}

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  /** Undefined where nothing is known: then the service has no line. */
  readonly read: (sample: Sample) => number | undefined;
}

const METRICS: readonly Metric[] = [
  {
    name: "stack_service_up",
    type: "gauge",
    help: "1 while the service runs, else 0.",
    read: ({ isUp }) => Number(isUp),
  },
  {
    name: "stack_service_ready",
    type: "gauge",
    help: "1 while the service is ready, else 0.",
    read: ({ isReady }) => Number(isReady),
  },
  {
    name: "stack_service_restarts_total",
    type: "counter",
    help: "Restarts after a failure since the service was last asked for.",
    read: ({ restarts }) => restarts,
  },
  {
    name: "stack_service_probe_seconds",
    type: "gauge",
    help: "Time of the last good answer to a liveness probe.",
    read: ({ latencyMs }) => (latencyMs === undefined ? undefined : latencyMs / 1000),
  },
  {
    name: "stack_service_resident_bytes",
    type: "gauge",
    help: "Resident memory of all processes of the service; shared memory counts for each.",
    read: ({ usage }) => usage?.rssBytes,
  },
  {
    name: "stack_service_cpu_seconds_total",
    type: "counter",
    help: "CPU time of all processes of the service.",
    read: ({ usage }) => (usage === undefined ? undefined : usage.cpuMs / 1000),
  },
];

function sampleOf(name: string, states: ServiceStateStore, state: StateFolder): Sample {
  const { phase, restarts } = states.of(name);
  const usage = usageOfService(name, state);
  const isReady = phase === "ready";
  // Of somebody else's service only is known whether it answers.
  const isUp = usage === undefined ? isReady : LIVING.has(phase);
  return { name, isUp, isReady, restarts, latencyMs: states.latencyOf(name), usage };
}

function usageOfService(name: string, state: StateFolder): ProcessUsage | undefined {
  const reading = readRecord(state, name);
  if (reading.kind !== "record") return undefined;
  const members = everyone(membersOf(serviceMark(name, state, reading.record), reading.record));
  return processUsageOf(members.map(({ pid }) => pid));
}

/**
 * The text format of Prometheus. By hand, because its library would cost an idle supervisor 10 MB; the names of
 * services hold nothing that would have to be escaped.
 */
function exposition(samples: readonly Sample[]): string {
  return METRICS.flatMap(({ name, type, help, read }) => [
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`,
    ...samples.flatMap((sample) => {
      const value = read(sample);
      return value === undefined ? [] : [`${name}{service="${sample.name}"} ${value}\n`];
    }),
  ]).join("");
}
