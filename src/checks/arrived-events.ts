import type { FinishReason, StreamEvent } from "../contract/event-schemas.ts";
import type { SeenEvent, SeenStream } from "../targets/http-client.ts";
import { endedInWords } from "./stream-endings.ts";

/** An event of the contract that arrived, with when it did. */
export interface Arrived {
  readonly at_ms: number;
  readonly event: StreamEvent;
}

/** The events of a stream, without what was none. */
export function arrivedIn(stream: Pick<SeenStream, "events">): readonly Arrived[] {
  return stream.events.flatMap(({ at_ms, event }) => ("type" in event ? [{ at_ms, event }] : []));
}

export function eventsIn(stream: Pick<SeenStream, "events">): readonly StreamEvent[] {
  return arrivedIn(stream).map(({ event }) => event);
}

/** How a stream says that it ended; undefined where it does not. */
export function finishReasonOf(stream: Pick<SeenStream, "events">): FinishReason | undefined {
  const done = eventsIn(stream).findLast((event) => event.type === "done");
  return done?.type === "done" ? done.finish_reason : undefined;
}

/** The text of these events. */
export function textIn(events: readonly SeenEvent[]): string {
  return eventsIn({ events })
    .map((event) => (event.type === "token" ? event.content : ""))
    .join("");
}

/** An event in few words: its type, a status by its name. */
export function eventName(event: StreamEvent): string {
  if (event.type === "status_update") return event.status;
  return event.type === "done" ? `done(${event.finish_reason})` : event.type;
}

/** `GET /api/chat/stream/5 ended with done(stop), closed after 14 ms`; without the contract's events, by what was told. */
export function describeStream(stream: SeenStream): string {
  const path = decodeURIComponent(stream.request.replaceAll("+", " "));
  const last = eventsIn(stream).at(-1);
  const word = stream.facts.length === 0 ? "brought no event" : endedInWords(stream);
  const ending = last === undefined ? word : `ended with ${eventName(last)}`;
  const how = last === undefined && !stream.facts.some(({ kind }) => kind === "done") ? "" : `${stream.end} `;
  return `${path} ${ending}, ${how}after ${Math.round(stream.duration_ms)} ms`;
}
