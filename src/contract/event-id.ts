import type { StreamEvent } from "./events.ts";

/**
 * The id of a stream event: which generation, and how far into it.
 *
 * On the wire `<message_id>:<position>`. The position grows with the text, not with the number of
 * events: 0 is `session_created`, 1 `planning`, 2 `executing`, and a token has 2 plus the characters
 * (UTF-16 code units) sent up to its end; the events of the ending count on from there. So a reader
 * that comes back is given exactly what it lacks even where the pieces are cut differently now: after a
 * restart, from the database, or behind another service. And the id of an older message is never
 * mistaken for a place in the present one.
 */
export interface EventId {
  /** The assistant message that the generation writes. */
  readonly messageId: string;
  /** An integer >= 0. */
  readonly position: number;
}

/** Position of the first event of every generation; `session_created` alone comes before it. */
export const POSITION = { sessionCreated: 0, planning: 1, executing: 2 } as const;

export function formatEventId(id: EventId): string {
  return `${id.messageId}:${id.position}`;
}

/** Reads an id; undefined where it is not one of ours (foreign ids are plain numbers or anything else). */
export function parseEventId(text: string): EventId | undefined {
  const colon = text.lastIndexOf(":");
  const digits = text.slice(colon + 1);
  if (colon < 1 || !/^\d{1,15}$/.test(digits)) return undefined;
  return { messageId: text.slice(0, colon), position: Number(digits) };
}

/** The position of an event that follows `position` (-1 where it is the first). */
export function nextPosition(position: number, event: StreamEvent): number {
  if (event.type === "session_created") return POSITION.sessionCreated;
  if (event.type === "token") return position + event.content.length;
  if (event.type === "status_update" && event.status === "planning") return POSITION.planning;
  return position + 1;
}
