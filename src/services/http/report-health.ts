import type { FastifyInstance } from "fastify";
import type { DependencyHealth, Health } from "../../contract/common-schemas.ts";
import { messageOf } from "../../errors/thrown-error.ts";

export interface HealthFacts {
  service: Health["service"];
  version: string;
  activeStreams: number;
  dependencies: Record<string, DependencyHealth>;
}

/** The health report of a service. */
export function reportHealth(app: FastifyInstance, facts: HealthFacts): Health {
  const address = app.server.address();
  const dependencies = Object.values(facts.dependencies);
  return {
    status: dependencies.every((each) => each.status === "ok") ? "ok" : "degraded",
    service: facts.service,
    version: facts.version,
    pid: process.pid,
    port: typeof address === "object" && address !== null ? address.port : 0,
    uptime_s: Math.round(process.uptime() * 10) / 10,
    timestamp: new Date().toISOString(),
    active_streams: facts.activeStreams,
    dependencies: facts.dependencies,
  };
}

/** Asks a dependency and takes the time; `ask` may return what it says of itself. */
export async function probeDependency(
  url: string | undefined,
  ask: () => Promise<Pick<DependencyHealth, "version" | "kind"> | undefined>,
): Promise<DependencyHealth> {
  const where = url === undefined ? {} : { url };
  const start = performance.now();
  try {
    const said = await ask();
    const latency_ms = Math.round((performance.now() - start) * 10) / 10;
    return { status: "ok", ...where, latency_ms, ...said };
  } catch (error) {
    return { status: "unavailable", ...where, latency_ms: null, error: messageOf(error) };
  }
}
