import { once } from "node:events";
import { connect, createServer as createTcpServer } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { ErrorBody } from "../../src/contract/common-schemas.ts";
import { refuseConnection } from "../../src/http-guard/malformed-requests.ts";
import { createServer, listen } from "../../src/services/http/http-server.ts";
import { listenOnAnyPort } from "../support/listen.ts";

/** Sends bytes on a connection of their own; gives everything that came back until it was closed. */
async function exchange(...pieces: string[]): Promise<{ status: number; body: string; all: string }> {
  const app = createServer({ host: "127.0.0.1" });
  app.get("/things", () => ({ status: "ok" }));
  const port = await listen(app, "127.0.0.1", 0);
  onTestFinished(() => app.close());
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const all = text(socket);
  for (const piece of pieces) {
    socket.write(piece);
    // The next piece comes when the one before is answered.
    if (piece !== pieces.at(-1)) await once(socket, "data");
  }
  socket.end();
  const [, status, body = ""] = /HTTP\/1\.1 (\d+) (?:.(?!HTTP\/1\.1))*?\r\n\r\n(.*)$/s.exec(await all) ?? [];
  return { status: Number(status), body, all: await all };
}

const GET = "GET /things HTTP/1.1\r\nHost: localhost\r\n";

test.each([
  ["no HTTP at all", "hello\r\n\r\n", 400],
  ["a request without Host", "GET /things HTTP/1.1\r\n\r\n", 400],
  ["a header that is none", `${GET}no colon\r\n\r\n`, 400],
  ["two lengths", `${GET}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
  ["a length and chunks", `${GET}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ["headers without end", `${GET}x: ${"x".repeat(600_000)}\r\n\r\n`, 431],
  ["a tunnel", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405],
])("%s is answered as the contract's errors are", async (_, bytes, expected) => {
  const { status, body } = await exchange(bytes);
  expect(status).toBe(expected);
  ErrorBody.parse(JSON.parse(body));
});

// By its code, because Node gives a request five minutes.
test.each([
  ["ERR_HTTP_REQUEST_TIMEOUT", 408, "bad_request"],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", 413, "payload_too_large"],
])("what Node refuses as %s is answered with %i", async (code, status, expected) => {
  const refusing = createTcpServer((socket) =>
    refuseConnection(Object.assign(new Error(), { code }), socket),
  );
  const { port } = new URL(await listenOnAnyPort(refusing));
  const answer = await text(connect(Number(port), "127.0.0.1"));
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(ErrorBody.parse(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).error.code).toBe(expected);
});

test("an expectation that nobody can meet is ignored", async () => {
  const { status, body } = await exchange(`${GET}Expect: a miracle\r\nConnection: close\r\n\r\n`);
  expect([status, body]).toEqual([200, '{"status":"ok"}']);
});

test("a request for an upgrade is answered as one without, and ends the connection", async () => {
  const { status, all } = await exchange(`${GET}Upgrade: websocket\r\nConnection: upgrade\r\n\r\n`);
  expect(status).toBe(200);
  expect(all.toLowerCase()).toContain("connection: close");
});

test("what is wrong after a good request is told on the same connection", async () => {
  const { all } = await exchange(`${GET}\r\n`, "GET %2fthings HTTP/1.1\r\n\r\n");
  expect(all.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 400"]);
});
