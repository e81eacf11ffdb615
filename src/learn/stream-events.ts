import type { StreamDescription } from "../contract/wire-description.ts";
import { readPacket } from "../targets/drivers/socket-io.ts";
import { createSseEventsDecoder } from "../targets/drivers/sse-events.ts";
import { dataStreamPart, parsedEvent } from "../targets/drivers/stream-framings.ts";
import { jsonOrText, type LoggedExchange } from "./network-log.ts";

/** One event of a stream. */
export interface LoggedEvent {
  /** What server-sent events and socket.io call it; undefined where it has no name. */
  readonly name: string | undefined;
  /** The parsed JSON, or the text where it is none. */
  readonly value: unknown;
  /** As it stands in the log. */
  readonly text: string;
  /** Whether it came before its message was said. */
  readonly isEarly?: boolean;
}

/** A stream as it was logged. */
export interface LoggedStream {
  readonly framing: StreamDescription["framing"];
  readonly events: readonly LoggedEvent[];
}

/** Whether what has this type comes piece by piece. */
export function isStreamType(contentType: string): boolean {
  return contentType === "text/event-stream" || isLinesType(contentType);
}

function isLinesType(contentType: string): boolean {
  return /ndjson|jsonl|x-json-stream/.test(contentType);
}

/** What an answer, or what a WebSocket's server sent, is as a stream; undefined where it is nothing to read. */
export function streamOf(exchange: LoggedExchange): LoggedStream | undefined {
  const { method, frames, contentType, answer, polls } = exchange;
  if (polls.length > 0) {
    const events = polls.map(({ text }) => ({ name: undefined, value: parsedEvent(text), text }));
    return { framing: "polled", events };
  }
  if (method === "WS") {
    return socketStream(
      frames.flatMap(({ from, text }, index) =>
        from === "server" ? [{ text, isEarly: index < (exchange.saidAt ?? 0) }] : [],
      ),
    );
  }
  if (answer === null || answer.trim() === "") return undefined;
  if (contentType === "text/event-stream" || /^(?:event|data):/.test(answer)) {
    return { framing: "sse", events: eventsOf(answer) };
  }
  const lines = answer.split("\n").filter((line) => line.trim() !== "");
  const values = lines.map(jsonOrText);
  const areValues = values.every((value) => typeof value === "object" && value !== null);
  if (areValues && (lines.length > 1 || isLinesType(contentType))) {
    return {
      framing: "ndjson",
      events: lines.map((text, index) => ({ name: undefined, value: values[index], text })),
    };
  }
  const parts = lines.map((text) => ({ text, part: dataStreamPart(text) }));
  if (lines.length > 1 && parts.every(({ part }) => part !== undefined)) {
    const events = parts.map(({ text, part }) => ({ name: part?.code, value: part?.value, text }));
    return { framing: "data-stream", events };
  }
  const value = jsonOrText(answer);
  if (typeof value === "object" && value !== null) {
    return { framing: "json", events: [{ name: undefined, value, text: answer }] };
  }
  if (!contentType.startsWith("text/") || contentType === "text/html") return undefined;
  return { framing: "text", events: [{ name: undefined, value: answer, text: answer }] };
}

function eventsOf(text: string): LoggedEvent[] {
  const events: LoggedEvent[] = [];
  const { push } = createSseEventsDecoder(({ name, data }) => {
    // Of an event without data its name is what stands in the log.
    events.push({ name, value: parsedEvent(data), text: data === "" ? `event: ${name}` : data });
  });
  // A log may end without the blank line that ends the last event.
  push(Buffer.from(`${text}\n\n`));
  return events;
}

function socketStream(frames: readonly { readonly text: string; readonly isEarly: boolean }[]): LoggedStream {
  const packets = frames.map((frame) => ({ ...frame, packet: readPacket(frame.text) }));
  const isSocketIo = packets.some(({ packet }) => packet.kind === "event");
  if (!isSocketIo) {
    const events = frames.map((frame) => ({ ...frame, name: undefined, value: parsedEvent(frame.text) }));
    return { framing: "websocket", events };
  }
  const events = packets.flatMap(({ text, isEarly, packet }): LoggedEvent[] =>
    packet.kind === "event" ? [{ name: packet.name, value: packet.values[0], text, isEarly }] : [],
  );
  return { framing: "socket.io", events };
}

/** The bytes of a stream, as whoever reads it gets them, from when its message was said. */
export function exchangeBytes(exchange: LoggedExchange): readonly Uint8Array[] {
  const { method, frames, answer, polls, saidAt = 0 } = exchange;
  if (polls.length > 0) return polls.map(({ text }) => Buffer.from(text));
  // A log may end without the blank line that ends the last event.
  const end = streamOf(exchange)?.framing === "sse" ? "\n\n" : "";
  if (method !== "WS") return [Buffer.from(`${answer ?? ""}${end}`)];
  const own = frames.slice(saidAt).filter(({ from }) => from === "server");
  return own.map(({ text }) => Buffer.from(text));
}
