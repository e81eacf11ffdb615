import { urlOf } from "../contract/address.ts";
import { isSameProcess } from "../os/process-identity.ts";
import { isEnding, type ServiceRecord } from "../supervisor/service-spec.ts";
import type { ServiceReport } from "../supervisor/supervisor-protocol.ts";
import type { ServiceStatus, ServiceUsage } from "./service-status.ts";

/**
 * A service by its record and the supervisor's word, where the configuration cannot be read: nobody knows what to ask
 * it.
 *
 * @param record undefined where it has none: it does not run
 * @param report of the living supervisor
 */
export function statusByRecord(
  name: string,
  record: ServiceRecord | undefined,
  report: ServiceReport | undefined,
  usageOf: (record: ServiceRecord) => ServiceUsage | null,
): ServiceStatus {
  const living = record !== undefined && isSameProcess(record) ? record : undefined;
  const { state, detail } = stateOf(living, report);
  return {
    name,
    state: record !== undefined && living === undefined && report === undefined ? "stale" : state,
    kind: record?.labels?.["kind"] ?? "command",
    url:
      record?.host === undefined || record.port === undefined
        ? null
        : urlOf({ host: record.host, port: record.port }),
    pid: living?.pid ?? null,
    started_at: living?.started_at ?? null,
    usage: living === undefined ? null : usageOf(living),
    restarts: report?.restarts ?? null,
    last_exit: report?.last_exit ?? null,
    next_start_at: report?.next_start_at ?? null,
    detail,
  };
}

function stateOf(
  living: ServiceRecord | undefined,
  report: ServiceReport | undefined,
): Pick<ServiceStatus, "state" | "detail"> {
  if (living !== undefined && isEnding(living)) return { state: "stopping", detail: null };
  const problem = report?.problem?.message ?? null;
  switch (report?.phase) {
    case "ready":
      return {
        state: living ? "healthy" : "stopped",
        detail: living ? "its supervisor says so; it was not asked" : null,
      };
    case "done":
    case "starting":
    case "waiting":
    case "unhealthy":
    case "failed":
      return { state: report.phase, detail: problem };
    case "backoff":
      return { state: "restarting", detail: report.last_exit?.reason ?? null };
    default:
      if (living === undefined) return { state: "stopped", detail: null };
      return { state: "unconfigured", detail: "it runs; whether it answers is not known" };
  }
}
