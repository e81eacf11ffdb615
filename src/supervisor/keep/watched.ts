import { setTimeout as delay } from "node:timers/promises";
import { type ProbeResult, probe } from "../probe.ts";
import { unreachable } from "./problems.ts";
import type { Supervision } from "./supervision.ts";
import type { WatchedService } from "./types.ts";

/** How often a service of somebody else is looked at, unless its liveness says otherwise; in milliseconds. */
const USUAL_PAUSE_MS = 5000;
/** While it does not answer, and others may wait for it. */
const SHORT_PAUSE_MS = 500;

/** Watches a service that somebody else runs: `ready` while it answers well. Never resolves. */
export async function watchForeign(service: WatchedService, supervision: Supervision): Promise<never> {
  const question = service.live?.probe ?? service.ready;
  const pauseMs = service.live?.everyMs ?? USUAL_PAUSE_MS;
  const failures = service.live?.failures ?? 1;
  for (let bad = 0; ; ) {
    const answer = await probe(service, question);
    bad = answer.ok ? 0 : bad + 1;
    note(service, answer, bad >= failures, supervision);
    await delay(answer.ok ? pauseMs : Math.min(pauseMs, SHORT_PAUSE_MS));
  }
}

function note(
  { name }: WatchedService,
  { ok, error, latencyMs }: ProbeResult,
  isGone: boolean,
  supervision: Supervision,
): void {
  const { board } = supervision.shared;
  if (ok) board.noteLatency(name, latencyMs);
  if (ok && !board.isIn(name, "ready")) {
    supervision.tell({ event: "reachable", service: name, pid: null, detail: null });
    board.change(name, { phase: "ready", problem: null });
  }
  if (!ok && !board.isIn(name, "unhealthy") && (isGone || !board.isIn(name, "ready"))) {
    supervision.tell({ event: "unreachable", service: name, pid: null, detail: error ?? null });
    board.change(name, { phase: "unhealthy", problem: unreachable(name, error ?? "") });
  }
}
