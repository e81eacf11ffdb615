import { isRole, roleAddress } from "../config/addresses.ts";
import type { Config } from "../config/config-schema.ts";
import { replicaNamesOf, replicaNumbers } from "../config/replicas.ts";
import type {
  CommandService,
  EmbeddedService,
  ServiceConfig,
  WatchedServiceConfig,
} from "../config/service-config.ts";
import { type Address, addressOfUrl, urlOf } from "../contract/address.ts";
import {
  DEFAULT_LOG_LIMITS,
  DEFAULT_RESTART,
  type Probe,
  type ServiceSpec,
} from "../supervisor/service-spec.ts";
import type { EnginePlan } from "./plan-engine.ts";
import { withTap } from "./plan-tap.ts";
import type { PlannedService } from "./planned-service.ts";
import {
  engineReady,
  engineSpec,
  engineUrlForGateway,
  PROBE_TIMEOUT_MS,
  serviceSpec,
} from "./service-specs.ts";
import { inStartOrder } from "./start-order.ts";

/** The configured services in an order in which they can start: each after what it depends on. */
export function planServices(config: Config, engine: EnginePlan): PlannedService[] {
  const planned = Object.entries(config.services)
    .flatMap(([name, service]) => planService(name, service, config, engine))
    .map((service) => withReplicasNamed(service, config));
  return inStartOrder(withTap(planned, config));
}

/** What depends on a service depends on its copies: it starts once one copy is up, and is stopped before any of them. */
function withReplicasNamed(planned: PlannedService, { services }: Config): PlannedService {
  const { dependsOn = [], restartsWith } = planned.spec;
  const named = (names: readonly string[]) => names.flatMap((name) => replicaNamesOf(name, services[name]));
  const spec = {
    ...planned.spec,
    dependsOn: named(dependsOn),
    ...(restartsWith && { restartsWith: named(restartsWith) }),
  };
  return { ...planned, spec };
}

function planService(
  name: string,
  service: ServiceConfig,
  config: Config,
  engine: EnginePlan,
): PlannedService[] {
  if (service.url !== undefined) return [planWatched(name, service, config)];
  if (service.command !== undefined) return [planCommand(name, service, config)];
  return planEmbedded(service, config, engine);
}

function planWatched(name: string, service: WatchedServiceConfig, config: Config): PlannedService {
  const spec = {
    name,
    command: NO_COMMAND,
    address: addressOfUrl(service.url),
    ready: service.ready ?? defaultProbe(name, config),
    ...settingsOf(service),
  };
  return { name, service: name, kind: "url", isExternal: true, spec };
}

function planCommand(name: string, service: CommandService, config: Config): PlannedService {
  const address = isRole(name) ? roleAddress(name, config) : ownAddress(service);
  const port = address && { PORT: String(address.port) };
  const env = { ...port, ...neighbours(config), ...service.command.env };
  const spec = {
    name,
    command: { ...service.command, env },
    ...(address && { address }),
    ready: service.ready ?? defaultProbe(name, config),
    ...(service.isJob && { ready: { kind: "exit" } as const, restart: JOB_RESTART }),
    ...settingsOf(service),
    ...(service.watch && { watch: service.watch }),
    ...(service.color && { color: true }),
    labels: { kind: service.isJob ? "job" : "command" },
  };
  return { name, service: name, kind: service.isJob ? "job" : "command", isExternal: false, spec };
}

function planEmbedded(service: EmbeddedService, config: Config, engine: EnginePlan): PlannedService[] {
  const name = service.embedded;
  if (name !== "engine")
    return replicaNumbers(service).map((number): PlannedService => {
      const spec = { ...serviceSpec(config, name, number), ...settingsOf(service) };
      return { name: spec.name, service: name, kind: "embedded", isExternal: false, spec };
    });
  const spec = { ...engineSpec(config, engine), ...settingsOf(service) };
  const [kind, isExternal] =
    engine.use === "external" ? ([engine.kind, true] as const) : ([engine.use, false] as const);
  return [{ name, service: name, kind, isExternal, spec }];
}

/** A job that failed is tried again only where that is asked for: half of it may be done. */
const JOB_RESTART = { ...DEFAULT_RESTART, when: "no" } as const;

/** What an external service is never started with. */
const NO_COMMAND = { file: "", args: [], cwd: "" };

/** The settings that mean the same for every kind; those that were not given are left out. */
function settingsOf(service: ServiceConfig): Partial<ServiceSpec> {
  const { live, restart, log, start_timeout_ms, stop_timeout_ms, stop_signal } = service;
  return {
    dependsOn: service.depends_on,
    ...(service.restarts_with && { restartsWith: service.restarts_with }),
    ...(live && { live }),
    ...(restart && {
      restart: {
        when: restart.policy,
        backoffMs: restart.backoff_ms ?? DEFAULT_RESTART.backoffMs,
        maxBackoffMs: restart.max_backoff_ms ?? DEFAULT_RESTART.maxBackoffMs,
        limit: restart.limit ?? DEFAULT_RESTART.limit,
        withinMs: restart.within_ms ?? DEFAULT_RESTART.withinMs,
      },
    }),
    ...(log && {
      log: {
        maxBytes: log.max_bytes ?? DEFAULT_LOG_LIMITS.maxBytes,
        keep: log.keep ?? DEFAULT_LOG_LIMITS.keep,
      },
    }),
    ...(start_timeout_ms !== undefined && { startTimeoutMs: start_timeout_ms }),
    ...(stop_timeout_ms !== undefined && { stopTimeoutMs: stop_timeout_ms }),
    ...(stop_signal && { stopSignal: stop_signal }),
  };
}

/** Where a program of the user's finds the others, for whoever asks by these names. */
function neighbours(config: Config): Record<string, string> {
  return {
    STACK_ENGINE_URL: engineUrlForGateway(config),
    STACK_GATEWAY_URL: urlOf(config.gateway),
    STACK_HMI_URL: urlOf(config.hmi),
  };
}

/** An engine tells which it is; of other programs only is known that they listen. */
function defaultProbe(name: string, config: Config): Probe {
  return name === "engine" ? engineReady(config) : { kind: "tcp", timeoutMs: PROBE_TIMEOUT_MS };
}

function ownAddress({ host, port }: ServiceConfig): Address | undefined {
  return host === undefined || port === undefined ? undefined : { host, port };
}
