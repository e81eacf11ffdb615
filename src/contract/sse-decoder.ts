import { createParser } from "eventsource-parser";
import { LIMITS } from "./contract-defaults.ts";

/** What a decoder hands out, in the order of arrival. */
export interface SseSink {
  onMessage(message: SseMessage): void;
  /** A comment line, without its colon; heartbeats arrive here. */
  onComment?(comment: string): void;
}

/** One message of an event stream. */
export interface SseMessage {
  /** The last id seen, empty where none came: what a reader comes back with. */
  readonly id: string;
  /** The id that this message brought itself. */
  readonly ownId: string | undefined;
  /** The text of the event, not yet parsed. */
  readonly data: string;
  /** The type; undefined for the usual one, `message`. */
  readonly event: string | undefined;
}

/** Takes the bytes of one event stream, cut anywhere. Throws at an event that is longer than the decoder takes. */
export interface SseDecoder {
  push(bytes: Uint8Array): void;
}

/**
 * A decoder for one event stream, after the web platform's rules: also mid-character cuts, CR, CRLF and BOM.
 * Whatever of ours reads such a stream reads it with this. An event of more than `maxEventChars` characters is none.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createSseDecoder(sink: SseSink, maxEventChars: number = LIMITS.lineChars): SseDecoder {
  let lastId = "";
  const utf8 = new TextDecoder();
  const parser = createParser({
    // Told before the message, and also where a blank line ends an id without data.
    onId(id) {
      lastId = id;
    },
    onEvent: ({ id, data, event }) => sink.onMessage({ id: lastId, ownId: id, data, event }),
    onComment: (comment) => sink.onComment?.(comment),
    onError(error) {
      // What else the parser tells of are lines that the platform's rules skip.
      if (error.type === "max-buffer-size-exceeded") {
        throw new RangeError(`an event is longer than ${maxEventChars} characters`);
      }
    },
    maxBufferSize: maxEventChars,
  });
  // The one BOM that may be there is taken by the text decoder. The parser looks for one, too, until it has
  // seen a character: an empty line, which means nothing, keeps it from a second.
  parser.feed("\n");
  return { push: (bytes) => parser.feed(utf8.decode(bytes, { stream: true })) };
}

/** What a request for an event stream says of itself, as an `EventSource` sends it. */
export const EVENT_STREAM_WANTED = { accept: "text/event-stream", "cache-control": "no-cache" } as const;

/** Whether a `content-type` says that the body is an event stream, whatever parameters follow. */
export function isEventStreamType(contentType: string): boolean {
  return contentType.split(";", 1)[0]?.trim().toLowerCase() === "text/event-stream";
}
