import { createHash } from "node:crypto";
import type { Server } from "node:http";
import type { Socket } from "node:net";

/** One end of a WebSocket: as much of it as a test needs, text frames alone. */
export interface ServedWebSocket {
  say(text: string): void;
  hangUp(): void;
}

/** Takes WebSockets at a server, and is told what each says. */
export function serveWebSockets(
  server: Server,
  onOpen: (socket: ServedWebSocket, path: string) => (text: string) => void,
): void {
  server.on("upgrade", ({ headers, url = "/" }, socket: Socket) => {
    const key = `${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    const hear = onOpen({ say: (text) => socket.write(frameOf(text)), hangUp: () => socket.destroy() }, url);
    let bytes = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let frame = readFrame(bytes); frame !== undefined; frame = readFrame(bytes)) {
        bytes = bytes.subarray(frame.length);
        if (frame.opcode === 1) hear(frame.text);
        if (frame.opcode === 8) socket.end(Buffer.from([0x88, 0]));
      }
    });
  });
}

function frameOf(text: string): Buffer {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, body.length]) : Buffer.from([0x81, 126, 0, 0]);
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** A client's frame, which is always masked; undefined until it is there whole. */
function readFrame(bytes: Buffer): { opcode: number; text: string; length: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short === 126 ? 4 : 2;
  const size = short === 126 ? bytes.readUInt16BE(2) : short;
  const length = start + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const body = bytes.subarray(start + 4, length).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return { opcode: (bytes[0] ?? 0) & 0x0f, text: Buffer.from(body).toString(), length };
}
