import type { ServiceLiveness, ServiceProbe } from "../service-config.ts";
import { type CommandPlace, readCommand } from "./read-command.ts";
import type { ReportProblem } from "./report-problem.ts";
import type { LivenessInput, ProbeInput } from "./service-schema.ts";

/** What a probe has to know of its service. */
export interface Probed {
  /** False for a program that listens nowhere. */
  readonly listens: boolean;
  readonly place: CommandPlace;
  readonly tell: ReportProblem;
}

const KINDS = ["http", "tcp", "log", "command"] as const;
const TIMEOUT_MS = 2_000;
const EVERY_MS = 10_000;
const FAILURES = 3;

/** Reads `ready`; undefined where that is told to be wrong. */
export function readReadiness(input: ProbeInput, service: Probed): ServiceProbe | undefined {
  return readProbe("ready", input, service);
}

/** Reads `live`; undefined where that is told to be wrong. */
export function readLiveness(input: LivenessInput, service: Probed): ServiceLiveness | undefined {
  const { every_ms = EVERY_MS, failures = FAILURES, ...rest } = input;
  const probe = readProbe("live", rest, service);
  if (probe?.kind !== "log") return probe && { probe, everyMs: every_ms, failures };
  service.tell(["live", "log"], "a line of the log tells nothing about later: use it for `ready`", "name");
  return undefined;
}

/** Whether a port takes a connection. */
export const TCP_PROBE: ServiceProbe = { kind: "tcp", timeoutMs: TIMEOUT_MS };

/** Whether a path answers well. */
export function httpProbe(path: string): ServiceProbe {
  return { kind: "http", path, timeoutMs: TIMEOUT_MS };
}

function readProbe(name: string, input: ProbeInput, service: Probed): ServiceProbe | undefined {
  const { place, tell } = service;
  const [kind, ...others] = KINDS.filter((each) => input[each] !== undefined);
  if (kind === undefined) tell([name], "needs one of `http`, `tcp`, `log` and `command`", "name");
  for (const other of others)
    tell([name, other], `cannot stand beside \`${kind}\`: a probe is one of them`, "name");
  if (kind === undefined || others.length > 0) return undefined;
  checkParts(name, kind, input, service);

  const { http: path, status, json, headers, log: pattern, command, timeout_ms = TIMEOUT_MS } = input;
  if (path !== undefined) {
    const answer = { ...(status !== undefined && { status }), ...(json !== undefined && { json }) };
    return { kind: "http", path, ...answer, ...(headers && { headers }), timeoutMs: timeout_ms };
  }
  if (pattern !== undefined) return { kind: "log", pattern };
  if (command === undefined) return { kind: "tcp", timeoutMs: timeout_ms };
  const read = readCommand(command, place, [name, "command"], tell);
  return read && { kind: "command", command: read, timeoutMs: timeout_ms };
}

/** Tells the settings that do not go with that kind of probe. */
function checkParts(
  name: string,
  kind: (typeof KINDS)[number],
  input: ProbeInput,
  { listens, tell }: Probed,
): void {
  for (const part of ["status", "json", "headers"] as const) {
    if (part in input && kind !== "http") tell([name, part], "goes only with `http`", "name");
  }
  if (!listens && (kind === "http" || kind === "tcp"))
    tell([name, kind], "needs a service with a `port`", "name");
  if (kind === "log" && "timeout_ms" in input)
    tell([name, "timeout_ms"], "is not for `log`: start_timeout_ms is", "name");
}
