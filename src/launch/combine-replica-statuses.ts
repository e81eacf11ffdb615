import { isWorking } from "./is-service-working.ts";
import type { ServiceStatus, ServiceUsage } from "./service-status.ts";

/**
 * The copies of a service under its one name: healthy where all work, degraded where some do, else as the first is; which do
 * not work is told. One alone is as it is.
 */
export function combineReplicaStatuses(name: string, copies: readonly ServiceStatus[]): ServiceStatus {
  const [first] = copies;
  if (first === undefined) throw new Error(`${name} has no copies.`);
  if (copies.length === 1) return first;
  const working = copies.filter(isWorking);
  const idle = copies.filter((copy) => !isWorking(copy));
  const isWhole = idle.length === 0;
  return {
    name,
    state: isWhole ? "healthy" : working.length > 0 ? "degraded" : first.state,
    kind: first.kind,
    url: first.url,
    pid: null,
    started_at: oldest(copies),
    usage: usageTogether(copies),
    restarts: sum(copies.map(({ restarts }) => restarts)),
    last_exit: null,
    next_start_at: null,
    detail: isWhole ? null : wordsOn(idle, working.length, copies.length),
    copies,
  };
}

/** `2 of 3 copies work; gateway-3 is restarting`. */
function wordsOn(idle: readonly ServiceStatus[], working: number, count: number): string {
  const each = idle.map(({ name, state }) => `${name} is ${state}`);
  return `${working === 0 ? "none" : working} of ${count} copies ${working === 1 ? "works" : "work"}; ${each.join(", ")}`;
}

function oldest(copies: readonly ServiceStatus[]): string | null {
  return copies.flatMap(({ started_at }) => started_at ?? []).toSorted()[0] ?? null;
}

/** Null where nobody knows any of them. */
function sum(figures: readonly (number | null)[]): number | null {
  const known = figures.filter((figure) => figure !== null);
  return known.length === 0 ? null : known.reduce((total, figure) => total + figure, 0);
}

function usageTogether(copies: readonly ServiceStatus[]): ServiceUsage | null {
  const used = copies.flatMap(({ usage }) => usage ?? []);
  if (used.length === 0) return null;
  const total = (of: keyof ServiceUsage): number => used.reduce((all, usage) => all + usage[of], 0);
  return {
    processes: total("processes"),
    cpu_ms: total("cpu_ms"),
    cpu_share: total("cpu_share"),
    memory_bytes: total("memory_bytes"),
  };
}
