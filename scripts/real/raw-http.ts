import { connect } from "node:net";

/** One request as it was sent: what is needed to send it again. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Headers beside those that every request has, as lines (`Origin: https://example.com`). */
  readonly headers?: readonly string[];
  /** Sent as JSON; without it there is no body. */
  readonly body?: string;
}

/** An answer byte by byte, as it came. */
export interface RawAnswer {
  readonly bytes: Buffer;
  /** Each read: milliseconds since the request was sent, and its length in bytes. */
  readonly reads: readonly (readonly [ms: number, bytes: number])[];
}

/**
 * Sends one request on a socket of its own, and keeps the answer's bytes as they come until the server closes. Rejects
 * where nothing came for `silenceMs`, and with Node's error where nobody listens.
 */
export async function sendRaw(base: string, request: RawRequest, silenceMs = 120_000): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(base);
  const socket = connect(Number(port || 80), hostname);
  const chunks: Buffer[] = [];
  const reads: [number, number][] = [];
  const sentAt = performance.now();
  socket.setTimeout(silenceMs, () => socket.destroy(new Error(`Nothing came for ${silenceMs} ms.`)));
  socket.write(encode(request, host));
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    reads.push([Math.round(performance.now() - sentAt), chunk.length]);
  }
  return { bytes: Buffer.concat(chunks), reads };
}

function encode({ method, path, headers = [], body }: RawRequest, host: string): string {
  const named = (name: string): boolean =>
    headers.some((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(named("Host") ? [] : [`Host: ${host}`]),
    "Accept: */*",
    "Connection: close",
    ...headers,
    ...(body === undefined
      ? []
      : ["Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}
