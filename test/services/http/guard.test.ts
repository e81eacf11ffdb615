import { expect, onTestFinished, test } from "vitest";
import { hmiRoutes, type Route } from "../../../src/contract/routes.ts";
import { endpoint } from "../../../src/services/http/endpoint.ts";
import { createServer, listen } from "../../../src/services/http/server.ts";
import { call } from "../../support/http.ts";

/** A server that counts how often its two endpoints that change something were reached. */
async function startServer(
  host = "127.0.0.1",
): Promise<{ url: string; port: number; reached: () => number }> {
  let reached = 0;
  const app = createServer({ host });
  const save = () => {
    reached += 1;
    return {};
  };
  endpoint(app, { method: "POST", pattern: "/things", path: () => "" } satisfies Route, {}, save);
  endpoint(app, { method: "GET", pattern: "/things", path: () => "" } satisfies Route, {}, () => ({}));
  endpoint(app, hmiRoutes.generalStream, {}, save);
  const port = await listen(app, "127.0.0.1", 0);
  onTestFinished(() => app.close());
  return { url: `http://127.0.0.1:${port}`, port, reached: () => reached };
}

test.each(["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.1:6101", "[::1]", "[::1]:6101"])(
  "Host %s is answered",
  async (host) => {
    const { url } = await startServer();
    expect((await call(url, "/things", { headers: { host } })).status).toBe(200);
  },
);

test.each([
  "evil.example",
  "evil.example:6101",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "10.0.0.1",
])("Host %j is refused", async (host) => {
  const { url } = await startServer();
  const { status, json } = await call(url, "/things", { headers: { host } });
  expect([status, json.error.code]).toEqual([403, "forbidden"]);
  expect(json.error.message).toContain(`"${host}"`);
});

test("the configured host is answered too, and still no other", async () => {
  const { url } = await startServer("chat.lan");
  expect((await call(url, "/things", { headers: { host: "chat.lan:6101" } })).status).toBe(200);
  expect((await call(url, "/things", { headers: { host: "evil.example" } })).status).toBe(403);
});

test("a path that is not there is no way around the guard", async () => {
  const { url } = await startServer();
  expect((await call(url, "/nothing", { headers: { host: "evil.example" } })).status).toBe(403);
});

test.each<[string, Record<string, string>]>([
  ["another site's page", { origin: "http://evil.example", "sec-fetch-site": "cross-site" }],
  ["an old browser on another site's page", { origin: "http://evil.example" }],
  ["another port's page", { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }],
  ["a sandboxed frame", { origin: "null" }],
  ["a page that hides its origin", { "sec-fetch-site": "cross-site" }],
])("a change from %s is refused and does nothing", async (_, headers) => {
  const { url, reached } = await startServer();
  expect((await call(url, "/things", { method: "POST", headers })).status).toBe(403);
  expect(reached()).toBe(0);
});

test.each<[string, (port: number) => Record<string, string>]>([
  ["its own page", (port) => ({ origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" })],
  ["no browser", () => ({})],
  ["a person's own address bar", () => ({ "sec-fetch-site": "none" })],
])("a change from %s is allowed", async (_, headers) => {
  const { url, port, reached } = await startServer();
  expect((await call(url, "/things", { method: "POST", headers: headers(port) })).status).toBe(200);
  expect(reached()).toBe(1);
});

test.each([
  "/api/chat/general-stream?message=Hi",
  "/api/chat/%67eneral-stream?message=Hi",
  "/api/chat/general%2Dstream?message=Hi",
])("the GET that sends a message is guarded like a POST: %s", async (path) => {
  const { url, reached } = await startServer();
  const { status } = await call(url, path, { headers: { "sec-fetch-site": "cross-site" } });
  expect(status).toBe(403);
  expect(reached()).toBe(0);
});

test("looking at it from another site's link is allowed", async () => {
  const { url } = await startServer();
  expect((await call(url, "/things", { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(200);
});
