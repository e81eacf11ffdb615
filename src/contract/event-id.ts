import type { StreamEvent } from "./event-schemas.ts";

/**
 * How far into a reply an event is. The three figures only grow within one stream, and each says by itself what a
 * reader has: the events of later steps, the thoughts after its thoughts, and the text after its text are what it
 * lacks. So it may come back to a stream in which the pieces are cut differently, or thoughts and text come in
 * another order: after a restart, from the database, behind another service. One figure for all could not do that,
 * as a place in one mixture of thoughts and text is no place in another.
 */
export interface StreamPlace {
  /** The step of the last event that is no text: see {@link stepOf}; -1 before the first. */
  readonly step: number;
  /** The thoughts sent up to its end, in UTF-16 code units. */
  readonly thinking: number;
  /** The text sent up to its end, in UTF-16 code units. */
  readonly text: number;
}

/** The id of a stream event, `<message_id>:<step>.<thinking>.<text>` on the wire: which reply, and how far into it. */
export interface EventId {
  /** The assistant message that the generation writes. */
  readonly messageId: string;
  readonly place: StreamPlace;
}

/** Steps of a stream, in their order (contract, section 1). None comes twice; text and thoughts keep the step. */
export const STEP = {
  started: 0,
  planning: 1,
  contextTrimmed: 2,
  executing: 3,
  queued: 4,
  loading: 5,
  thinking: 6,
  repeating: 7,
  ending: 8,
  error: 9,
  usage: 10,
  done: 11,
} as const;

/** Before the first event. */
export const NOWHERE: StreamPlace = { step: -1, thinking: 0, text: 0 };

const STEP_OF_STATUS = {
  planning: STEP.planning,
  executing: STEP.executing,
  queued: STEP.queued,
  loading: STEP.loading,
  thinking: STEP.thinking,
  // Nobody of ours sends it: a place that no other status has is not needed.
  awaiting_approval: STEP.executing,
  complete: STEP.ending,
  cancelled: STEP.ending,
  error: STEP.ending,
} as const;

/** The step that an event is; undefined for a piece of thoughts or text, which is none. */
export function stepOf(event: StreamEvent): number | undefined {
  switch (event.type) {
    case "thinking":
    case "token":
      return undefined;
    case "status_update":
      return STEP_OF_STATUS[event.status];
    case "notice":
      return event.code === "repeating" ? STEP.repeating : STEP.contextTrimmed;
    default:
      return STEP[event.type];
  }
}

/** The place of an event that follows `place`. */
export function nextPlace({ step, thinking, text }: StreamPlace, event: StreamEvent): StreamPlace {
  // Once a token, twice over: spelt out, because spreading takes three times as long.
  if (event.type === "token") return { step, thinking, text: text + event.content.length };
  if (event.type === "thinking") return { step, thinking: thinking + event.content.length, text };
  return { step: stepOf(event) ?? step, thinking, text };
}

export function formatEventId({ messageId, place }: EventId): string {
  return `${messageId}:${place.step}.${place.thinking}.${place.text}`;
}

/** Reads an id; undefined where it is not one of ours (foreign ids are plain numbers or anything else). */
export function parseEventId(id: string): EventId | undefined {
  const [, messageId, step, thinking, text] = /^(.+):(\d{1,2})\.(\d{1,15})\.(\d{1,15})$/.exec(id) ?? [];
  if (messageId === undefined) return undefined;
  return { messageId, place: { step: Number(step), thinking: Number(thinking), text: Number(text) } };
}
