import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished, vi } from "vitest";
import type { StreamEvent } from "../../src/contract/event-schemas.ts";
import { parseEventData } from "../../src/contract/sse.ts";
import { createSseDecoder } from "../../src/contract/sse-decoder.ts";
import { open, type Sent } from "./http.ts";

/** One event stream being read: what came so far. */
export interface StreamReader {
  readonly headers: IncomingHttpHeaders;
  readonly events: readonly StreamEvent[];
  readonly ids: readonly string[];
  /** How many heartbeats came. */
  readonly heartbeats: number;
  /** The contents of the tokens, joined. */
  readonly text: string;
  /** The contents of the thoughts, joined. */
  readonly thoughts: string;
  /** Resolves when the server closed the stream; rejects where it was cut off or broke the contract. */
  readonly ended: Promise<void>;
  /** Closes the connection. */
  leave(): void;
}

/** Opens an event stream and reads it in the background; it is left when the test ends. */
export async function openStream(base: string, path: string, sent: Sent = {}): Promise<StreamReader> {
  const response = await open(base, path, sent);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${await text(response)}`);
  return readStream(response);
}

/** Reads a whole event stream. */
export async function wholeStream(base: string, path: string, sent: Sent = {}): Promise<StreamReader> {
  const reader = await openStream(base, path, sent);
  await reader.ended;
  return reader;
}

/** Reads the rest of a response that is an event stream. */
export function readStream(response: IncomingMessage): StreamReader {
  onTestFinished(() => {
    response.destroy();
  });
  const seen = { events: [] as StreamEvent[], ids: [] as string[], heartbeats: 0, left: false };
  const ended = readAll(response, seen);
  // A test that does not wait for the end is not to fail by it.
  ended.catch(() => undefined);
  return {
    headers: response.headers,
    events: seen.events,
    ids: seen.ids,
    get heartbeats() {
      return seen.heartbeats;
    },
    get text() {
      return textOf(seen.events);
    },
    get thoughts() {
      return thoughtsOf(seen.events);
    },
    ended,
    leave() {
      seen.left = true;
      response.destroy();
    },
  };
}

/** The text of a reply, by its events. */
export function textOf(events: readonly StreamEvent[]): string {
  return contentOf(events, "token");
}

/** What the model thought, by its reply's events. */
export function thoughtsOf(events: readonly StreamEvent[]): string {
  return contentOf(events, "thinking");
}

function contentOf(events: readonly StreamEvent[], type: "token" | "thinking"): string {
  return events.map((event) => (event.type === type ? event.content : "")).join("");
}

/**
 * The types of events, a status and a notice by their names, with each run of tokens as one `token` and each run of
 * thoughts as one `thought`.
 */
export function shapeOf(events: readonly StreamEvent[]): string {
  const names = events.map((event) => {
    if (event.type === "status_update") return event.status;
    if (event.type === "thinking") return "thought";
    if (event.type === "notice") return event.code;
    return event.type === "done" ? `done(${event.finish_reason})` : event.type;
  });
  const isPiece = (name: string | undefined): boolean => name === "token" || name === "thought";
  return names.filter((name, index) => !isPiece(name) || names[index - 1] !== name).join(" ");
}

/** Waits until the assertion holds, and returns what it does; fails with its own message. */
export async function eventually<Result>(assertion: () => Result | Promise<Result>): Promise<Result> {
  return await vi.waitFor(assertion, { timeout: 20_000, interval: 10 });
}

interface Seen {
  events: StreamEvent[];
  ids: string[];
  heartbeats: number;
  left: boolean;
}

async function readAll(response: IncomingMessage, seen: Seen): Promise<void> {
  const decoder = createSseDecoder({
    onMessage({ id, data }) {
      const event = parseEventData(data);
      if ("malformed" in event) throw new Error(event.malformed);
      seen.events.push(event);
      seen.ids.push(id);
    },
    onComment() {
      seen.heartbeats += 1;
    },
  });
  try {
    for await (const bytes of response) decoder.push(bytes);
  } catch (error) {
    if (!seen.left) throw error;
  }
}
