import type { Socket } from "node:net";
import { Agent, buildConnector, WebSocket } from "undici";
import { type HandshakeFailure, watchHandshake } from "./watch-handshake.ts";

/** A WebSocket that can be left although its server does not answer the closing. */
export interface DroppableWebSocket {
  readonly socket: WebSocket;
  /** Closes it in order, and where the server does not say that it closes, too, drops the connection. */
  leave(): void;
  /** Why it was not opened, as far as it is known by the socket's error. */
  readonly whyNot: () => HandshakeFailure;
}

/** This long a server has to answer that a connection is closed, in milliseconds: a closed tab waits for nobody, either. */
const CLOSING_MS = 50;

/** Opens a WebSocket; `headers` go with the call that opens it, and the subprotocol that it asks for. */
export function openDroppableWebSocket(
  url: URL,
  headers: Readonly<Record<string, string>> = {},
  protocol?: string,
): DroppableWebSocket {
  const connect = buildConnector({ timeout: 5_000 });
  let connection: Socket | undefined;
  const agent = new Agent({
    connect(options, callback) {
      connect(options, (...[error, opened]) => {
        if (error !== null) return callback(error, null);
        connection = opened;
        return callback(null, opened);
      });
    },
  });
  const failure: HandshakeFailure = { answer: undefined, error: undefined };
  const dispatcher = agent.compose(watchHandshake(failure));
  const socket = new WebSocket(url, {
    headers: { ...headers },
    dispatcher,
    ...(protocol !== undefined && { protocols: [protocol] }),
  });
  return {
    socket,
    whyNot: () => failure,
    leave() {
      socket.close();
      const drop = setTimeout(() => connection?.destroy(), CLOSING_MS);
      socket.addEventListener("close", () => clearTimeout(drop));
    },
  };
}
