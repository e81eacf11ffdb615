import { statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../errors.ts";
import { rotateIfLarge } from "../logs/rotate.ts";
import { readRecord } from "../record.ts";
import { serviceFiles } from "../state.ts";
import { DEFAULT_LOG_LIMITS, type ServiceSpec } from "../types.ts";
import { putOwnLogAside } from "./own-log.ts";
import type { Supervision } from "./supervision.ts";

const EVERY_MS = 1000;
/** After a rotation that could not be done, in milliseconds: each trial copies the log. */
const RETRY_MS = 30_000;

/** Keeps the logs of running services within their limits. Never resolves. */
export async function rotateLogs(services: readonly ServiceSpec[], supervision: Supervision): Promise<never> {
  const notBefore = new Map<string, number>();
  for (;;) {
    await delay(EVERY_MS);
    putAside(supervision);
    for (const spec of services) {
      if ((notBefore.get(spec.name) ?? 0) > performance.now()) continue;
      const problem = await rotate(spec, supervision).catch(messageOf);
      if (problem === undefined) continue;
      notBefore.set(spec.name, performance.now() + RETRY_MS);
      process.stderr.write(`The log of ${spec.name} could not be rotated: ${problem}\n`);
    }
  }
}

/** The supervisor's own log. Complaints would only make it longer. */
function putAside({ shared: { state } }: Supervision): void {
  try {
    putOwnLogAside(state);
  } catch {
    // The next look tries again.
  }
}

/** Resolves with why it could not be done. */
async function rotate(
  { name, log = DEFAULT_LOG_LIMITS }: ServiceSpec,
  supervision: Supervision,
): Promise<string | undefined> {
  const { state } = supervision.shared;
  const size = statSync(serviceFiles(state, name).log, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= log.maxBytes) return undefined;
  const reading = readRecord(state, name);
  if (reading.kind !== "record") return undefined;
  const rotation = await rotateIfLarge(state, name, reading.record, log);
  if (rotation.outcome === "rotated") {
    const detail = `${rotation.bytes} bytes were put aside; the service was stopped for ${rotation.pausedMs} ms`;
    supervision.tell({ event: "log_rotated", service: name, pid: reading.record.pid, detail });
  }
  return rotation.outcome === "postponed" ? rotation.reason : undefined;
}
