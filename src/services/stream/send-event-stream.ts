import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { StreamSettings } from "../../config/config-schema.ts";
import { STEP } from "../../contract/event-id.ts";
import { EVENT_STREAM_HEADERS, HEARTBEAT } from "../../contract/sse.ts";
import { type EventLog, READ_LIMIT } from "./event-log.ts";
import { placeSeen } from "./last-event-id.ts";
import { cutOffIfStalled } from "./stalled-reader.ts";

/** How the readers of streams are treated. */
export type ReaderSettings = Pick<StreamSettings, "heartbeat_ms" | "stalled_reader_ms">;

export interface SendOptions extends ReaderSettings {
  /** Headers beside those of every stream. */
  headers?: Readonly<Record<string, string>>;
}

/** One client's place in what it is sent. */
export interface StreamReader {
  /** The encoded events that follow, as many as one write should have; empty where there are none yet. */
  take(): string;
  /** True when everything was taken and nothing will follow. */
  readonly finished: boolean;
  /** Resolves when there may be more to take, or the place is given up. */
  changed(): Promise<void>;
  /** Gives the place up. */
  leave(): void;
}

/**
 * Streams a log to one client, from its first event or from after its `Last-Event-ID`, until `done` or
 * until the client leaves. Resolves when either has happened; leaving does not end the generation. One that has
 * seen `done` is answered 204: an `EventSource` stops at that, and comes back for ever after anything else.
 */
export async function sendLog(
  request: FastifyRequest,
  reply: FastifyReply,
  log: EventLog,
  options: SendOptions,
): Promise<void> {
  const seen = placeSeen(request, log);
  if (seen !== undefined && seen.step >= STEP.done) {
    sendNothingMore(reply);
    return;
  }
  await sendEvents(reply, log.read(seen), options);
}

/** Answers a client that lacks nothing, so that it does not come back. */
export function sendNothingMore(reply: FastifyReply): FastifyReply {
  return reply.code(204).send();
}

/** Streams to one client until nothing follows, or until the client leaves. */
export async function sendEvents(
  reply: FastifyReply,
  reader: StreamReader,
  options: SendOptions,
): Promise<void> {
  reply.hijack();
  const response = reply.raw;
  response.once("close", () => reader.leave());
  response.writeHead(200, { ...EVENT_STREAM_HEADERS, ...options.headers });
  const heartbeat = setInterval(() => {
    // A full buffer means that bytes are still on their way: the client is not waiting in silence.
    if (!response.writableNeedDrain) response.write(HEARTBEAT);
  }, options.heartbeat_ms);
  try {
    await pump(reader, response, { heartbeat, stalledReaderMs: options.stalled_reader_ms });
  } finally {
    clearInterval(heartbeat);
    reader.leave();
  }
}

interface PumpOptions {
  readonly heartbeat: NodeJS.Timeout;
  readonly stalledReaderMs: number;
}

async function pump(
  reader: StreamReader,
  response: ServerResponse,
  { heartbeat, stalledReaderMs }: PumpOptions,
): Promise<void> {
  let text = reader.take();
  // The headers leave in one write with the first events; at once, where there is none yet.
  if (text === "") response.flushHeaders();
  while (!response.destroyed) {
    if (text !== "") {
      heartbeat.refresh();
      if (!response.write(text)) await cutOffIfStalled(response, "drain", stalledReaderMs);
      // A client that takes a long log as fast as it is written does not hold up the others.
      if (text.length >= READ_LIMIT) await nextTurn();
    } else if (reader.finished) {
      response.end();
      await cutOffIfStalled(response, "finish", stalledReaderMs);
      return;
    } else {
      await reader.changed();
    }
    text = reader.take();
  }
}
