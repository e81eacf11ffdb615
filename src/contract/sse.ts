import { createParser } from "eventsource-parser";
import * as z from "zod";
import { type EventId, formatEventId } from "./event-id.ts";
import { StreamEvent } from "./events.ts";

/** Headers of every event stream; proxies and browsers must neither store, nor change, nor hold it back. */
export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;

/** The comment that keeps a silent stream alive. */
export const HEARTBEAT = ": keep-alive\n\n";

/** One event as it goes over the wire. JSON holds no raw line break, so one `data:` line is always enough. */
export function encodeEvent(id: EventId, event: StreamEvent): string {
  return `id: ${formatEventId(id)}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** What a decoder hands out, in the order of arrival. */
export interface SseSink {
  /** `id` is the last id seen, empty where none came. `data` is the text of the event, not yet parsed. */
  onMessage(message: { id: string; data: string; event: string | undefined }): void;
  /** A comment line, without its colon; heartbeats arrive here. */
  onComment?(comment: string): void;
}

/** Takes the bytes of one event stream, cut anywhere. */
export interface SseDecoder {
  push(bytes: Uint8Array): void;
}

/** A decoder for one event stream, after the web platform's rules: also mid-character cuts, CR, CRLF and BOM. */
export function createSseDecoder(sink: SseSink): SseDecoder {
  let lastId = "";
  const utf8 = new TextDecoder();
  const parser = createParser({
    onEvent(message) {
      if (message.id !== undefined) lastId = message.id;
      sink.onMessage({ id: lastId, data: message.data, event: message.event });
    },
    onComment: (comment) => sink.onComment?.(comment),
  });
  return { push: (bytes) => parser.feed(utf8.decode(bytes, { stream: true })) };
}

/** A message that is not an event of the contract, and why. */
export interface MalformedEvent {
  readonly malformed: string;
}

/** Reads the data of one message; what is wrong comes back as a value, so that a reader can go on. */
export function parseEventData(data: string): StreamEvent | MalformedEvent {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return { malformed: `not JSON: ${data.slice(0, 200)}` };
  }
  const parsed = StreamEvent.safeParse(json);
  return parsed.success ? parsed.data : { malformed: z.prettifyError(parsed.error) };
}
