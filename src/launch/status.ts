import type { Config } from "../config/schema.ts";
import { urlOf } from "../contract/address.ts";
import { describeListener } from "../supervisor/os/ports.ts";
import { lookAtStack, type Sighting, type StackSighting } from "./look.ts";
import type { ServiceName } from "./specs.ts";

/** One service as `stack status` shows it. */
export interface ServiceStatus {
  readonly name: ServiceName;
  /**
   * `healthy`; `degraded`: it answers, but something that it needs does not; `unhealthy`: its process is
   * there, and does not answer; `external`: somebody else's, used as it is; `foreign`: somebody else has
   * its port; `stale`: it died and left its record; `stopped`.
   */
  readonly state: "healthy" | "degraded" | "unhealthy" | "external" | "foreign" | "stale" | "stopped";
  /** `stand-in`, `ollama` or `embedded`. */
  readonly kind: string;
  readonly url: string;
  readonly pid: number | null;
  /** ISO 8601, UTC. */
  readonly started_at: string | null;
  /** What is wrong, or worth knowing, in words. */
  readonly detail: string | null;
}

/** The states in which a service does its work. */
const WORKING: ReadonlySet<ServiceStatus["state"]> = new Set(["healthy", "external"]);

export interface StackStatus {
  /** True where all three services do their work. */
  readonly ok: boolean;
  readonly services: readonly ServiceStatus[];
}

/** Looks at the stack; changes nothing. */
export async function stackStatus(config: Config, env: NodeJS.ProcessEnv): Promise<StackStatus> {
  const sighting = await lookAtStack(config, env);
  const services = [engineStatus(sighting.engine), ourStatus(sighting.gateway), ourStatus(sighting.hmi)];
  return { ok: services.every(({ state }) => WORKING.has(state)), services };
}

function engineStatus(engine: StackSighting["engine"]): ServiceStatus {
  const base = baseStatus(engine);
  const isExternal = engine.plan.use === "external" && base.state !== "healthy";
  const state = isExternal ? "external" : base.state;
  const kind = engineKind(engine);
  if (!WORKING.has(state)) return { ...base, kind };
  const detail = kind === "stand-in" ? "a stand-in: its answers are scripted" : null;
  return { ...base, state, kind, detail };
}

function engineKind({ plan, state }: StackSighting["engine"]): string {
  if (plan.use === "external") return plan.standIn ? "stand-in" : "ollama";
  return state.state === "running" ? (state.record.labels?.["kind"] ?? "ollama") : plan.use;
}

/** A service of ours says itself whether what it needs is there. */
function ourStatus(service: Sighting): ServiceStatus {
  const base = baseStatus(service);
  const { state } = service;
  if (base.state !== "healthy" || state.state !== "running") return base;
  const missing = missingIn(state.probe.body ?? "{}");
  return missing.length === 0 ? base : { ...base, state: "degraded", detail: missing.join("; ") };
}

function baseStatus({ name, spec, state }: Sighting): ServiceStatus {
  const record = "record" in state ? state.record : undefined;
  return {
    name,
    state: state.state === "running" ? (state.healthy ? "healthy" : "unhealthy") : state.state,
    kind: spec.labels?.["kind"] ?? "embedded",
    url: urlOf(spec.address),
    pid: state.state === "running" ? (record?.pid ?? null) : null,
    started_at: state.state === "running" ? (record?.started_at ?? null) : null,
    detail: detailOf(state),
  };
}

function detailOf(state: Sighting["state"]): string | null {
  switch (state.state) {
    case "running":
      if (state.healthy) return null;
      if (state.probe.status === 401) return "it asks for another token than the configured auth.token";
      return state.probe.error ?? "its port is shared with another process";
    case "foreign":
      return `the port is taken by ${state.listeners.map(describeListener).join(" and ")}`;
    case "stale":
      return `its process ${state.record.pid} is gone`;
    case "stopped":
      return state.unreadable ?? null;
  }
}

/** `ollama: connection refused` for each dependency in a health report that is not there. */
function missingIn(report: string): string[] {
  const json: unknown = JSON.parse(report);
  if (typeof json !== "object" || json === null || !("dependencies" in json)) return [];
  return Object.entries(json.dependencies as Record<string, { status: string; error?: string }>)
    .filter(([, dependency]) => dependency.status !== "ok")
    .map(([name, dependency]) => `${name}: ${dependency.error ?? dependency.status}`);
}
