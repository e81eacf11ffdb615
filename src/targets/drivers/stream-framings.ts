import { createLineDecoder, createNdjsonDecoder } from "../../contract/ndjson.ts";
import type { StreamDescription } from "../../contract/wire-description.ts";
import { endInText } from "./facts-in-event.ts";
import type { ReplyFact } from "./reply-facts.ts";
import { readPacket } from "./socket-io.ts";
import { createSseEventsDecoder } from "./sse-events.ts";

/** Takes the bytes of a reply's stream, cut anywhere (of a WebSocket frame by frame), and tells the facts in them. */
export interface StreamDecoder {
  push(bytes: Uint8Array): void;
  /** Reads what the end of the stream completes. */
  end(): void;
}

/** Makes a decoder that tells facts as they come. */
export type StreamDecoderMaker = (onFact: (fact: ReplyFact) => void) => StreamDecoder;

/** Takes an event of a stream, by its JSON or its bare text; `name`: what server-sent events call it. */
type Take = (value: unknown, name?: string) => void;

/** From bytes to events, by how a stream is framed; what ends a stream in bare text is told at once. */
export const FRAMING_DECODERS: Readonly<
  Record<
    StreamDescription["framing"],
    (take: Take, onFact: (fact: ReplyFact) => void, description: StreamDescription) => StreamDecoder
  >
> = {
  sse(take, onFact, description) {
    const { push } = createSseEventsDecoder(({ data, name = "message" }) => {
      const end = endInText(data, description);
      if (end !== undefined) onFact(end);
      else take(parsedEvent(data), name);
    });
    return { push, end: () => undefined };
  },
  websocket: (take, onFact, description) =>
    frameDecoder((text) => {
      const end = endInText(text, description);
      if (end !== undefined) onFact(end);
      else take(parsedEvent(text));
    }),
  "socket.io": (take) =>
    frameDecoder((text) => {
      const packet = readPacket(text);
      if (packet.kind === "event") take(packet.values[0], packet.name);
    }),
  ndjson(take) {
    const lines = createNdjsonDecoder(take);
    return tolerant({ push: (bytes) => lines.push(bytes), end: () => lines.end() });
  },
  "data-stream"(take) {
    const lines = createLineDecoder((line) => {
      const { code, value } = dataStreamPart(line) ?? {};
      if (code !== undefined) take(value, code);
    });
    return tolerant(lines);
  },
  // Each answer is pushed whole.
  polled: (take) => frameDecoder((text) => take(parsedEvent(text))),
  text(_, onFact) {
    const utf8 = new TextDecoder();
    const say = (text: string): void => {
      if (text !== "") onFact({ kind: "text", text });
    };
    return { push: (bytes) => say(utf8.decode(bytes, { stream: true })), end: () => say(utf8.decode()) };
  },
  json(take) {
    const utf8 = new TextDecoder();
    let whole = "";
    return {
      push(bytes) {
        whole += utf8.decode(bytes, { stream: true });
      },
      end: () => take(parsedEvent(whole + utf8.decode())),
    };
  },
};

/** What is pushed is a whole text frame each time. */
function frameDecoder(read: (text: string) => void): StreamDecoder {
  return { push: (bytes) => read(Buffer.from(bytes).toString()), end: () => undefined };
}

/** Lines that are no JSON mean nothing; a page of HTML is made of them. */
function tolerant(decoder: StreamDecoder): StreamDecoder {
  let isReadable = true;
  const attempt = (read: () => void): void => {
    if (!isReadable) return;
    try {
      read();
    } catch {
      isReadable = false;
    }
  };
  return { push: (bytes) => attempt(() => decoder.push(bytes)), end: () => attempt(() => decoder.end()) };
}

/** A line of Vercel's AI SDK: `0:"text"`; undefined for any other. */
export function dataStreamPart(line: string): { readonly code: string; readonly value: unknown } | undefined {
  const [, code, json = ""] = /^([0-9a-z]):(.*)$/s.exec(line.trimEnd()) ?? [];
  if (code === undefined) return undefined;
  try {
    return { code, value: JSON.parse(json) };
  } catch {
    return undefined;
  }
}

/** An event's JSON; a back end may send bare text instead, and a figure in that is text, too. */
export function parsedEvent(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" || typeof value === "string" ? value : text;
  } catch {
    return text;
  }
}
