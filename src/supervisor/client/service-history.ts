import { eventsFile, parseEvent } from "../daemon/service-events.ts";
import { interleaveLogs } from "../logs/interleave-logs.ts";
import { openLogReader } from "../logs/log-reader.ts";
import { type StateFolder, SUPERVISOR } from "../state-folder.ts";
import type { ServiceEvent } from "../supervisor-protocol.ts";

/** Which events are told. */
export interface EventSelection {
  /** At most this many, the last ones; without it all. */
  readonly tail?: number | undefined;
  /** Only those of this time and later, in milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Only those of these services; `supervisor` for its own. `tail` then counts these. */
  readonly services?: readonly string[] | undefined;
}

/** All events that are kept, oldest first. */
export { readEvents as recordedEvents } from "../daemon/service-events.ts";

/** What has happened to services, oldest first; with `signal`, also what happens until it aborts. */
export async function* serviceHistory(
  state: StateFolder,
  { tail, since, services }: EventSelection,
  signal?: AbortSignal,
): AsyncGenerator<ServiceEvent> {
  const current = eventsFile(state);
  const files = { current, marker: `${current}.rotating` };
  const reader = await openLogReader("events", files, {
    tail,
    since,
    grep: services && ofServices(services),
  });
  for await (const { text } of interleaveLogs([reader], signal)) yield* parseEvent(text);
}

/** The supervisor's own events are those of no service. */
function ofServices(names: readonly string[]): Pick<RegExp, "test"> {
  const recorded = names.map((name) => `"service":${JSON.stringify(name === SUPERVISOR ? null : name)}`);
  return { test: (text) => recorded.some((each) => text.includes(each)) };
}
