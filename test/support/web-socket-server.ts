import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { listenOnAnyPort } from "./listen.ts";

/** One WebSocket at its server. */
export interface ServerSocket {
  readonly request: IncomingMessage;
  say(text: string): void;
  /** Ends it in order. */
  close(): void;
  /** Drops it, as a cut does. */
  hangUp(): void;
}

export interface WebSocketHandlers {
  onOpen?(socket: ServerSocket): void;
  onText?(text: string, socket: ServerSocket): void;
}

/**
 * A server of WebSockets as RFC 6455 has them, for short text frames, with a page for whoever asks for one; it ends with
 * the test. Gives its `http://` URL.
 */
export async function serveWebSockets(handlers: WebSocketHandlers, page?: string): Promise<string> {
  const server = createServer((_, response) =>
    page === undefined
      ? response.writeHead(404).end()
      : response.writeHead(200, { "content-type": "text/html" }).end(page),
  );
  takeWebSockets(server, handlers);
  return await listenOnAnyPort(server);
}

/** Takes WebSockets at a server that answers other calls itself. */
export function takeWebSockets(server: Server, handlers: WebSocketHandlers): void {
  server.on("upgrade", (request, socket: Duplex) => accept(request, socket, handlers));
}

function accept(request: IncomingMessage, socket: Duplex, { onOpen, onText }: WebSocketHandlers): void {
  const protocols = request.headers["sec-websocket-protocol"];
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}`,
    // The first of those that are asked for.
    ...(protocols === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocols.split(",")[0]}`]),
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const own: ServerSocket = {
    request,
    say: (text) => void socket.write(frame(0x1, Buffer.from(text))),
    close: () => void socket.end(frame(0x8, Buffer.from([0x03, 0xe8]))),
    hangUp: () => void socket.destroy(),
  };
  let rest = Buffer.alloc(0);
  socket.on("error", () => undefined);
  socket.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (let read = readFrame(rest); read !== undefined; read = readFrame(rest)) {
      rest = rest.subarray(read.length);
      if (read.opcode === 0x1) onText?.(read.text, own);
      if (read.opcode === 0x8) own.close();
    }
  });
  onOpen?.(own);
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size = length < 126 ? [length] : [126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size]), payload]);
}

/** A client's frame, which is masked; undefined while it is not whole. */
function readFrame(bytes: Buffer): { opcode: number; text: string; length: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short === 126 ? 4 : 2;
  const size = short === 126 ? bytes.readUInt16BE(2) : short;
  const length = start + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = bytes.subarray(start + 4, length).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return { opcode: (bytes[0] ?? 0) & 0x0f, text: Buffer.from(payload).toString(), length };
}
