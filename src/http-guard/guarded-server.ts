import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { RECORD_REALM } from "../contract/caller-headers.ts";
import type { WireError } from "../contract/wire-error.ts";
import { wireErrorBody } from "../contract/wire-error-body.ts";
import { type CallerPolicy, callerOf, type Deed, refusalOf } from "./host-and-origin-guard.ts";
import { answerOddRequests, refuseConnection, refuseUpgrade } from "./malformed-requests.ts";

/** Who may make a call. */
export interface CallGuard {
  readonly policy: CallerPolicy;
  readonly deed: Deed;
  /** Why the token that the call shows is not the right one; left out where none is asked for. */
  readonly refusalOfToken?: ((request: IncomingMessage) => WireError | undefined) | undefined;
}

/** What a server of ours cannot be made without. */
export interface GuardedServer {
  guard(request: IncomingMessage): CallGuard;
  /** Answers a call that may be made. */
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Answers one that may not; with the contract's body where it is left out. */
  refuse?(error: WireError, response: ServerResponse): void;
  /** Takes a WebSocket that may be opened; without it a request for one is answered as any other. `early`: what came behind it. */
  openWebSocket?(request: IncomingMessage, socket: Duplex, early: Buffer): void;
  /** Node's own settings. */
  readonly settings?: ServerOptions;
}

/**
 * A bare HTTP server, for whatever is not on Fastify: the one place where one is made, so that there is none that
 * answers before it has looked who calls.
 */
export function createGuardedServer(parts: GuardedServer): Server {
  const { refuse = sendWireError, settings = {} } = parts;
  const refusalFor = (request: IncomingMessage): WireError | undefined => {
    const { policy, deed, refusalOfToken } = parts.guard(request);
    return refusalOf(callerOf(request, deed), policy) ?? refusalOfToken?.(request);
  };
  const server = createServer(settings, (request, response) => {
    const refusal = refusalFor(request);
    if (refusal === undefined) {
      parts.answer(request, response);
      return;
    }
    // Bare servers ask for it where they tell what others said: by the realm our clients know that it is not an engine.
    if (refusal.status === 401) response.setHeader("www-authenticate", `Bearer realm="${RECORD_REALM}"`);
    refuse(refusal, response);
  });
  answerOddRequests(server);
  server.on("clientError", refuseConnection);
  const { openWebSocket } = parts;
  if (openWebSocket !== undefined) {
    server.on("upgrade", (request, socket, early) => {
      if (!isWebSocket(request)) {
        answerWithoutUpgrade(server, request, socket, early);
        return;
      }
      const refusal = refusalFor(request);
      if (refusal === undefined) openWebSocket(request, socket, early);
      else refuseUpgrade(refusal, socket);
    });
  }
  return server;
}

/** Whether a request is one for a WebSocket, and not for another protocol such as `h2c`. */
function isWebSocket({ headers: { upgrade = "" } }: IncomingMessage): boolean {
  return upgrade.toLowerCase() === "websocket";
}

/** Lets Node read a request anew, without what it asked to be upgraded to: it is answered as if it had not. */
function answerWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, early: Buffer): void {
  const { method, url, rawHeaders } = request;
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || /^(?:connection|upgrade|http2-settings)$/i.test(name)
      ? []
      : [`${name}: ${rawHeaders[index + 1]}`],
  );
  const head = [`${method} ${url} HTTP/1.1`, ...lines, "Connection: close"].join("\r\n");
  socket.unshift(Buffer.concat([Buffer.from(`${head}\r\n\r\n`, "latin1"), early]));
  server.emit("connection", socket);
}

/** Answers with the contract's body of an error (section 5). */
export function sendWireError(error: WireError, response: ServerResponse): void {
  const body = JSON.stringify(wireErrorBody(error));
  response.writeHead(error.status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

/** What a call does, where nothing is changed by a GET. */
export function deedOf({ method }: IncomingMessage): Deed {
  return method === "GET" ? "reads" : "changes";
}
