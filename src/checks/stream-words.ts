import type { StreamEvent } from "../contract/events.ts";
import type { SeenStream } from "../target/http.ts";

/** `done (stop)`, where the stream had its last event; else how it ended: `closed`, `cut`, `given-up`. */
export function lastWord({ events, end }: SeenStream): string {
  const last = events.at(-1)?.event;
  return last !== undefined && "type" in last && last.type === "done" ? `done (${last.finish_reason})` : end;
}

/** Whether this last word is that of a reply which the engine wrote to its end. */
export function isWhole(word: string): boolean {
  return word === "done (stop)" || word === "done (length)";
}

/** The events of a stream that were ones. */
export function eventsOf({ events }: SeenStream): readonly StreamEvent[] {
  return events.flatMap(({ event }) => ("type" in event ? [event] : []));
}
