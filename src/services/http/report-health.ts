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

/**
 * How long a dependency may take to say how it is, in milliseconds: whoever asks a service waits for 2 s, and whoever asks the HMI
 * is to hear of the gateway also while the engine says nothing.
 */
export const PROBE_PATIENCE_MS = { gateway: 1_300, hmi: 1_700 } as const;

/** Asks a dependency and takes the time; `ask` may return what it says of itself. */
export async function probeDependency(
  url: string | undefined,
  ask: () => Promise<Pick<DependencyHealth, "version" | "kind"> | undefined>,
  patienceMs: number,
): Promise<DependencyHealth> {
  const where = url === undefined ? {} : { url };
  const start = performance.now();
  try {
    const said = await answeredWithin(patienceMs, ask());
    const latency_ms = Math.round((performance.now() - start) * 10) / 10;
    return { status: "ok", ...where, latency_ms, ...said };
  } catch (error) {
    return { status: "unavailable", ...where, latency_ms: null, error: messageOf(error) };
  }
}

/** Nobody waits any longer for what is silent for so many milliseconds. */
async function answeredWithin<Answer>(patienceMs: number, asked: Promise<Answer>): Promise<Answer> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  return await Promise.race([asked, silence.promise]).finally(() => clearTimeout(timer));
}
