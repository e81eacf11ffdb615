import { urlOf } from "../contract/address.ts";
import { describeListener } from "../os/listening-ports.ts";
import { isLogRemoved } from "../supervisor/client/recorded-services.ts";
import { isEnding } from "../supervisor/service-spec.ts";
import type { ServiceReport } from "../supervisor/supervisor-protocol.ts";
import type { ServiceInspection } from "./inspect-stack.ts";
import type { ServiceStatus } from "./service-status.ts";

/** How a service is, by what was seen of it and by the supervisor's word. */
export type DecidedStatus = Pick<
  ServiceStatus,
  "state" | "kind" | "url" | "pid" | "started_at" | "next_start_at" | "detail"
>;

/**
 * Decides the state of a service: what was inspected tells how it is now; the living supervisor's report, what it waits for
 * and why.
 */
export function decideServiceStatus(
  inspection: ServiceInspection,
  report: ServiceReport | undefined,
): DecidedStatus {
  if (inspection.isExternal) return externalCondition(inspection);
  const seen = ourCondition(inspection);
  const word = report && WORDS[report.phase];
  if (report?.phase === "done" && seen.state === "stopped")
    return { ...seen, state: "done", detail: ranFor(report) };
  if (inspection.kind === "job" && seen.state === "healthy") return { ...seen, state: "running" };
  // A look finds its process, and no more: that it is ready only its log tells, and who reads that has not seen it.
  if (report?.phase === "starting" && isToldByLog(inspection) && seen.state === "healthy")
    return { ...seen, state: "starting", detail: null };
  if (report === undefined || word?.of.includes(seen.state) !== true) return seen;
  return {
    ...seen,
    state: word.state,
    detail:
      report.problem?.message ?? (word.state === "starting" ? null : (report.last_exit?.reason ?? null)),
    next_start_at: report.next_start_at,
  };
}

function isToldByLog({ spec }: ServiceInspection): boolean {
  return spec.ready.kind === "log";
}

function ranFor({ ready_ms }: ServiceReport): string | null {
  return ready_ms === null ? null : `it ran for ${(ready_ms / 1000).toFixed(1)} s`;
}

/** What a phase makes of the states that are seen; where it says nothing of one, the look is newer. */
const WORDS: Partial<Record<ServiceReport["phase"], Word>> = {
  waiting: { of: ["stopped", "stale"], state: "waiting" },
  starting: { of: ["stopped", "stale", "unhealthy"], state: "starting" },
  backoff: { of: ["stopped", "stale"], state: "restarting" },
  failed: { of: ["stopped", "stale"], state: "failed" },
  // While it runs it may be asked another question than the one that told that it was ready.
  unhealthy: { of: ["healthy"], state: "unhealthy" },
};

interface Word {
  readonly of: readonly ServiceStatus["state"][];
  readonly state: ServiceStatus["state"];
}

function externalCondition(inspection: ServiceInspection): DecidedStatus {
  const { state, answer } = inspection;
  const base = baseCondition(inspection);
  if (answer?.ok !== true) {
    const isThere = state.state === "foreign" || answer?.status !== undefined;
    const isKeyAskedFor = answer?.status === 401 && inspection.name === "engine";
    const detail = isKeyAskedFor
      ? "it asks for a key, or for another one than engine.api_key"
      : answer?.error;
    return { state: isThere ? "unhealthy" : "stopped", ...base, detail: detail ?? null };
  }
  return { state: "external", ...base, detail: detailOfKind(base) };
}

/** A service of ours says itself whether what it needs is there. */
function ourCondition(inspection: ServiceInspection): DecidedStatus {
  const { state } = inspection;
  const base = baseCondition(inspection);
  if (state.state !== "running") return { state: state.state, ...base, detail: detailOf(state) };
  if (isEnding(state.record)) return { state: "stopping", ...base, detail: null };
  if (!state.healthy) return { state: "unhealthy", ...base, detail: detailOf(state) };
  const missing = missingDependencies(inspection);
  if (missing.length > 0) {
    const detail = missing.map(({ name, trouble }) => `${name}: ${trouble}`).join("; ");
    return { state: "degraded", ...base, detail };
  }
  const changed = state.changed ? "it runs with other settings than the configured ones" : null;
  const unlogged = isLogRemoved(state.record) ? removedLogWords(state.record.name) : null;
  return { state: "healthy", ...base, detail: unlogged ?? detailOfKind(base) ?? changed };
}

function baseCondition({ kind, spec, state }: ServiceInspection): Omit<DecidedStatus, "state" | "detail"> {
  const record = state.state === "running" ? state.record : undefined;
  return {
    kind: record?.labels?.["kind"] ?? kind,
    url: spec.address === undefined ? null : urlOf(spec.address),
    pid: record?.pid ?? null,
    started_at: record?.started_at ?? null,
    next_start_at: null,
  };
}

function removedLogWords(name: string): string {
  return `the file that it logs to was removed while it runs: \`stack restart ${name}\` gives it another one`;
}

function detailOfKind({ kind }: Pick<DecidedStatus, "kind">): string | null {
  return kind === "stand-in" ? "a stand-in: its answers are scripted" : null;
}

function detailOf(state: ServiceInspection["state"]): string | null {
  switch (state.state) {
    case "running":
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

/** What a service of ours needs and does not get, by its own word. */
interface MissingDependency {
  /** `engine`, `gateway` or `store`. */
  readonly name: string;
  /** `connection refused` and the like. */
  readonly trouble: string;
}

/** Each dependency that is not there, in the health report of a service that answers; none where it tells of none. */
export function missingDependencies(inspection: ServiceInspection): readonly MissingDependency[] {
  const { state } = inspection;
  if (state.state !== "running" || !state.healthy || baseCondition(inspection).kind !== "embedded") return [];
  const json: unknown = JSON.parse(state.probe.body ?? "{}");
  if (typeof json !== "object" || json === null || !("dependencies" in json)) return [];
  return Object.entries(json.dependencies as Record<string, { status: string; error?: string }>)
    .filter(([, dependency]) => dependency.status !== "ok")
    .map(([name, dependency]) => ({ name, trouble: dependency.error ?? dependency.status }));
}
