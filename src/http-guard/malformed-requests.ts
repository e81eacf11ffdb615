import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { WireError, type WireErrorCode } from "../contract/wire-error.ts";
import { wireErrorBody } from "../contract/wire-error-body.ts";

/** What Node's parser refuses, by its codes; anything else is no HTTP. */
const REFUSALS: Readonly<Record<string, [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive whole in time."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The chunk extensions are too large."],
  HPE_HEADER_OVERFLOW: [431, "The URL and the headers are too large together."],
};

/** How long a refused client may take to read why, in milliseconds. */
const LINGER_MS = 1_000;

/** Answers a connection on which something else than a request came, and ends it. */
export function refuseConnection(error: Error & { code?: string }, socket: Duplex): void {
  const [status, message] = REFUSALS[error.code ?? ""] ?? [400, "This is not a request of HTTP/1.1."];
  end(socket, status, status === 413 ? "payload_too_large" : "bad_request", message);
}

/** Answers a request for a WebSocket that may not be opened. */
export function refuseUpgrade({ status, code, message }: WireError, socket: Duplex): void {
  end(socket, status, code, message);
}

/** Gives the requests that Node's server answers by itself, or drops, answers of the contract. */
export function answerOddRequests(server: Server): void {
  server.on("connect", (_: IncomingMessage, socket: Duplex) =>
    end(socket, 405, "method_not_allowed", "CONNECT is not allowed: this service leads nowhere else."),
  );
  // Of what follows a request for an upgrade Node's parser reports no error, and so would never be answered.
  server.prependListener("request", ({ headers }: IncomingMessage, response: ServerResponse) => {
    if (headers.upgrade !== undefined) response.shouldKeepAlive = false;
  });
}

function end(socket: Duplex, status: number, code: WireErrorCode, message: string): void {
  // What a refused client goes on to send comes here again.
  if (!socket.writable) return;
  const body = JSON.stringify(wireErrorBody(new WireError(code, message)));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.on("error", () => undefined);
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Destroyed at once, with bytes of the client's still unread, it would take the answer along.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
