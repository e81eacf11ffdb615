import { setTimeout as delay } from "node:timers/promises";
import { openDroppableWebSocket } from "./droppable-web-socket.ts";
import { connectPacket, PONG_PACKET, readPacket } from "./socket-io.ts";

/** A connection to a socket.io server, by WebSocket alone. */
export interface SocketIoConnection {
  /** What the server calls it; null where it does not tell. */
  readonly sid: string | null;
  /** Resolves once it has ended, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

interface SocketIoOptions {
  /** Of the server: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Where its WebSocket is: `/socket.io/` unless the program says otherwise. */
  readonly path: string;
  /** What is shown on connecting. */
  readonly auth: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** Told of each event, and of the frame that it came in. */
  readonly onEvent: (name: string, values: readonly unknown[], frame: string) => void;
}

/** How long a server may take to greet, in milliseconds. */
const GREETS_WITHIN_MS = 10_000;

/**
 * Connects, and stays connected until it is closed. Rejects where the server does not greet, or refuses what is shown,
 * and with the signal's reason.
 */
export async function connectSocketIo(options: SocketIoOptions): Promise<SocketIoConnection> {
  const { url, path, auth, signal, onEvent } = options;
  signal.throwIfAborted();
  const address = new URL(`${path}?EIO=4&transport=websocket`, url.replace(/^http/, "ws"));
  const { socket, leave: close } = openDroppableWebSocket(address);
  const greeted = Promise.withResolvers<string | null>();
  const closed = Promise.withResolvers<void>();
  signal.addEventListener("abort", close, { once: true });
  socket.addEventListener("close", () => {
    signal.removeEventListener("abort", close);
    greeted.reject(new Error(`${address.host}${path} closed the connection before it greeted`));
    closed.resolve();
  });
  // What went wrong is told by the close that follows.
  socket.addEventListener("error", () => undefined);
  socket.addEventListener("message", ({ data }) => {
    if (typeof data !== "string") return;
    const packet = readPacket(data);
    if (packet.kind === "greeting") socket.send(connectPacket(auth));
    if (packet.kind === "ping") socket.send(PONG_PACKET);
    if (packet.kind === "connected") greeted.resolve(packet.sid);
    if (packet.kind === "refused") greeted.reject(new Error(`${address.host}${path} refused: ${packet.why}`));
    if (packet.kind === "event") onEvent(packet.name, packet.values, data);
    if (packet.kind === "closed") close();
  });
  const waiting = new AbortController();
  try {
    return {
      sid: await Promise.race([greeted.promise, tooLate(address, waiting.signal)]),
      closed: closed.promise,
      close,
    };
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw error;
  } finally {
    waiting.abort();
  }
}

async function tooLate({ host, pathname }: URL, signal: AbortSignal): Promise<never> {
  await delay(GREETS_WITHIN_MS, undefined, { signal });
  throw new Error(`${host}${pathname} did not greet within ${GREETS_WITHIN_MS / 1000} s`);
}
