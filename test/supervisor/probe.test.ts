import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { probe } from "../../src/supervisor/probe.ts";
import { freePort, listen } from "./helpers.ts";

const READY = { path: "/health", timeoutMs: 2000 };

async function serving(handler: RequestListener) {
  const server = await listen(createServer(handler));
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

test("a status from 200 to 299 is ready", async () => {
  const address = await serving((_, response) => response.writeHead(204).end());
  expect(await probe(address, READY)).toMatchObject({ ok: true, status: 204 });
});

test("another status is not, and is told", async () => {
  const address = await serving((_, response) => response.writeHead(503).end());
  expect(await probe(address, READY)).toMatchObject({
    ok: false,
    status: 503,
    error: "not ready (status 503)",
  });
});

test("its headers go out with the question", async () => {
  const address = await serving((request, response) =>
    response.writeHead(request.headers["x-word"] === "please" ? 200 : 401).end(),
  );
  expect(await probe(address, READY)).toMatchObject({ ok: false, status: 401 });
  expect(await probe(address, { ...READY, headers: { "x-word": "please" } })).toMatchObject({ ok: true });
});

test("accept judges status and body", async () => {
  const address = await serving((_, response) => response.end('{"status":"degraded"}'));
  const accept = (status: number, body: string) => status === 200 && JSON.parse(body).status === "ok";
  expect(await probe(address, { ...READY, accept })).toMatchObject({ ok: false, status: 200 });
});

test("an accept that throws means not ready", async () => {
  const address = await serving((_, response) => response.end("not JSON"));
  const accept = (_: number, body: string) => JSON.parse(body);
  expect(await probe(address, { ...READY, accept })).toMatchObject({ ok: false });
});

test("a closed port is refused", async () => {
  const address = { host: "127.0.0.1", port: await freePort() };
  expect(await probe(address, READY)).toMatchObject({ ok: false, error: "connection refused" });
});

test("silence ends at the time-out", async () => {
  const address = await serving(() => undefined);
  expect(await probe(address, { ...READY, timeoutMs: 50 })).toMatchObject({
    ok: false,
    error: "no answer within 50 ms",
  });
});

test("a body without an end ends at the time-out", async () => {
  const address = await serving((_, response) => response.write("data: "));
  const ready = { ...READY, timeoutMs: 100, accept: () => true };
  expect(await probe(address, ready)).toMatchObject({ ok: false, error: "no answer within 100 ms" });
});
