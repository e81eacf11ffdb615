import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { encodeGoJson } from "./go/json.ts";

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, "application/json; charset=utf-8", encodeGoJson(value));
}

export function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  send(response, status, type, text);
}

/** An answer without a body. */
export function sendStatus(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-length": 0 }).end();
}

/**
 * Writes values as lines of NDJSON; the headers leave with the first. Waits while the client does not
 * read, so that the engine works no further than it is heard. Throws the signal's reason when aborted.
 *
 * @param splitBytes so many bytes are written at a time; 0 for all at once
 */
export async function writeLines(
  response: ServerResponse,
  values: readonly unknown[],
  signal: AbortSignal,
  splitBytes = 0,
): Promise<void> {
  signal.throwIfAborted();
  startStream(response);
  const bytes = Buffer.from(values.map(encodeLine).join(""));
  const size = splitBytes > 0 ? splitBytes : bytes.length;
  for (let at = 0; at < bytes.length; at += size) {
    if (!response.write(bytes.subarray(at, at + size))) await once(response, "drain", { signal });
    // Written in one turn, the pieces would leave in one packet and arrive as one.
    if (splitBytes > 0) await nextTurn(undefined, { signal });
  }
}

/** Writes the last line and ends the stream. */
export function endLines(response: ServerResponse, value: unknown): void {
  startStream(response);
  response.end(encodeLine(value));
}

function startStream(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(200, { "content-type": "application/x-ndjson" });
}

function encodeLine(value: unknown): string {
  return `${encodeGoJson(value)}\n`;
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  const length = Buffer.byteLength(text);
  response.writeHead(status, { "content-type": type, "content-length": length }).end(text);
}
