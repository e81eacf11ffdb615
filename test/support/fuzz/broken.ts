import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { Dice } from "./dice.ts";

const LINE = "GET /health HTTP/1.1\r\nHost: localhost\r\n";

/** Bytes that are no request of HTTP/1.1, or one that Node answers before anybody else sees it. */
const BROKEN: readonly (string | Buffer)[] = [
  "\r\n\r\n\r\n ",
  "hello\r\n\r\n",
  "SSH-2.0-OpenSSH_9.6\r\n",
  "GET\r\n\r\n",
  "GET /health\r\n\r\n",
  "GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n",
  "GET /he alth HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "get /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "GET /health HTTP/1.1\r\n\r\n",
  "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  `${LINE}no colon\r\n\r\n`,
  `${LINE}: no name\r\n\r\n`,
  `${LINE}a name: x\r\n\r\n`,
  `${LINE}x: \u0000\r\n\r\n`,
  `${LINE}x: a\nb: c\r\n\r\n`,
  `${LINE} folded: x\r\n\r\n`,
  `${LINE}Host: evil.example\r\n\r\n`,
  `${LINE}Content-Length: x\r\n\r\n`,
  `${LINE}Content-Length: -1\r\n\r\n`,
  `${LINE}Content-Length: 99999999999999999999999999\r\n\r\n`,
  `${LINE}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
  `${LINE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${LINE}Transfer-Encoding: nonsense\r\n\r\n`,
  `POST /chat/stream HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
  `POST /chat/stream HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2;${"x".repeat(20_000)}\r\nab\r\n`,
  `${LINE}x: ${"x".repeat(600_000)}\r\n\r\n`,
  `GET /${"x".repeat(600_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x0a, 0x0a]),
  Buffer.alloc(3_000, 0xff),
  Buffer.alloc(3_000),
];

/** Sends bytes that break the framing on a connection of their own; what came back until it was closed. */
export async function sendBroken(base: string, dice: Dice): Promise<{ sent: string; answer: string }> {
  const bytes = dice.pick(BROKEN);
  const { hostname, port } = new URL(base);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, "connect");
  socket.end(bytes);
  return { sent: String(bytes).slice(0, 100), answer: await text(socket) };
}
