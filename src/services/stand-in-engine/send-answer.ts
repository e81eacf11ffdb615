import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { encodeGoJson } from "./go/go-json.ts";

/** Content-Type of what Ollama answers whole. */
export const JSON_TYPE = "application/json; charset=utf-8";

/** Go's server knows the length of an answer only while it fits its buffer (net/http, bufferBeforeChunkingSize). */
const MOST_WITH_LENGTH = 2048;

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, JSON_TYPE, encodeGoJson(value));
}

export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  const length = Buffer.byteLength(text);
  const framing = length <= MOST_WITH_LENGTH ? { "content-length": length } : {};
  response.writeHead(status, { "content-type": type, ...framing }).end(text);
}

/** An answer without a body. */
export function sendStatus(response: ServerResponse, status: number): void {
  // Where there can be no body, its length is not said either.
  response.writeHead(status, status === 204 ? {} : { "content-length": 0 }).end();
}

/**
 * Writes a part of a stream; the headers leave with the first. Waits while the client does not
 * read, so that the engine works no further than it is heard. Throws the signal's reason when aborted.
 *
 * @param splitBytes this many bytes are written at a time; 0 for all at once
 */
export async function writeStream(
  response: ServerResponse,
  { type, text }: { type: string; text: string },
  signal: AbortSignal,
  splitBytes = 0,
): Promise<void> {
  signal.throwIfAborted();
  startStream(response, 200, type);
  const bytes = Buffer.from(text);
  const size = splitBytes > 0 ? splitBytes : bytes.length;
  for (let at = 0; at < bytes.length; at += size) {
    if (!response.write(bytes.subarray(at, at + size))) await once(response, "drain", { signal });
    // Written in one turn, the pieces would leave in one packet and arrive as one.
    if (splitBytes > 0) await nextTurn(undefined, { signal });
  }
}

/** Writes the last part of a stream, with this status where it is also the first one, and ends it. */
export function endStream(
  response: ServerResponse,
  { status = 200, type, text }: { status?: number; type: string; text: string },
): void {
  startStream(response, status, type);
  response.end(text);
}

/** Nothing is said of its length, so that it is chunked. */
function startStream(response: ServerResponse, status: number, type: string): void {
  if (!response.headersSent) response.writeHead(status, { "content-type": type });
}
