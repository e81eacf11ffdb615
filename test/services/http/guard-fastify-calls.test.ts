import { expect, onTestFinished, test } from "vitest";
import { hmiRoutes, type Route } from "../../../src/contract/routes.ts";
import { endpoint } from "../../../src/services/http/define-endpoint.ts";
import { createServer, listen } from "../../../src/services/http/http-server.ts";
import { call } from "../../support/http.ts";

/** A server that counts how often its two endpoints that change something were reached. */
async function startServer(
  host = "127.0.0.1",
  allowedHosts: readonly string[] = [],
  token = "",
): Promise<{ url: string; port: number; reached: () => number }> {
  let reached = 0;
  const app = createServer({ host, allowedHosts, token });
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

test.each(["chat.example", "CHAT.example:8443", "Stack.LAN", "localhost"])(
  "with allowed hosts Host %s is answered too",
  async (host) => {
    const { url } = await startServer("127.0.0.1", ["Chat.Example", "stack.lan"]);
    expect((await call(url, "/things", { headers: { host } })).status).toBe(200);
  },
);

test.each(["evil.example", "sub.chat.example", "chat.example.evil.example", "chat.example."])(
  "with allowed hosts Host %s is still refused, and the setting is named",
  async (host) => {
    const { url } = await startServer("127.0.0.1", ["chat.example"]);
    const { status, json } = await call(url, "/things", { headers: { host } });
    expect(status).toBe(403);
    expect(json.error.message).toContain("chat.example");
    expect(json.error.hint).toContain("http.allowed_hosts");
  },
);

// A proxy may keep the Host header, or put our own address there.
test.each<[string, string, Record<string, string>]>([
  ["speaks https", "chat.example", { origin: "https://chat.example", "sec-fetch-site": "same-origin" }],
  ["listens on another port", "chat.example", { origin: "http://chat.example:8080" }],
  ["puts our own address into Host", "127.0.0.1:6101", { origin: "https://chat.example" }],
  ["is known by a name in capitals", "CHAT.example", { origin: "https://Chat.Example:8443" }],
])("a change through a proxy that %s is allowed", async (_, host, headers) => {
  const { url, reached } = await startServer("127.0.0.1", ["chat.example"]);
  expect((await call(url, "/things", { method: "POST", headers: { host, ...headers } })).status).toBe(200);
  expect(reached()).toBe(1);
});

test("the configured host, too, may be behind a proxy", async () => {
  const { url } = await startServer("chat.lan");
  const headers = { host: "chat.lan", origin: "https://chat.lan" };
  expect((await call(url, "/things", { method: "POST", headers })).status).toBe(200);
});

test.each<[string, string, Record<string, string>]>([
  ["another site", "chat.example", { origin: "https://evil.example" }],
  ["a site whose name begins alike", "chat.example", { origin: "https://chat.example.evil.example" }],
  ["a user of that name", "chat.example", { origin: "https://chat.example@evil.example" }],
  ["another scheme", "chat.example", { origin: "ftp://chat.example" }],
  [
    "a page that the browser calls foreign",
    "chat.example",
    {
      origin: "https://chat.example",
      "sec-fetch-site": "cross-site",
    },
  ],
  ["a program on another port of this machine", "127.0.0.1:6101", { origin: "http://127.0.0.1:8080" }],
  ["the same under its other name", "localhost:6101", { origin: "http://localhost:8080" }],
  ["this machine's https", "localhost:6101", { origin: "https://localhost:6101" }],
  ["this machine, to the allowed host", "chat.example", { origin: "http://localhost:8080" }],
])("with allowed hosts a change from %s is still refused", async (_, host, headers) => {
  const { url, reached } = await startServer("127.0.0.1", ["chat.example", "localhost"]);
  expect((await call(url, "/things", { method: "POST", headers: { host, ...headers } })).status).toBe(403);
  expect(reached()).toBe(0);
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

const GENERAL = "/api/chat/general-stream?message=Hi";

test.each<[string, Record<string, string>]>([
  ["an image, a frame or a link of any page, which says nothing of where it is from", {}],
  ["the same with a referrer", { referer: "http://evil.example/" }],
  ["a page that may send no more than its cookies", { cookie: "a=1" }],
  ["a program that has not heard of it", { "user-agent": "curl/8.0" }],
  ["an empty proof", { "x-requested-with": "" }],
  ["a page of another origin", { origin: "http://evil.example", "x-requested-with": "stack" }],
])("away from loopback the GET that sends is refused to %s", async (_, headers) => {
  const { url, reached } = await startServer("127.0.0.1", ["chat.lan"]);
  const { status, json } = await call(url, GENERAL, { headers: { host: "chat.lan:6101", ...headers } });
  expect([status, json.error.code]).toEqual([403, "forbidden"]);
  if (!("origin" in headers)) expect(json.error.hint).toContain("X-Requested-With");
  expect(reached()).toBe(0);
});

test.each<[string, string, Record<string, string>]>([
  ["a program that shows the header", "chat.lan", { "x-requested-with": "anything" }],
  ["its own page behind https", "chat.lan", { "sec-fetch-site": "same-origin" }],
  ["its own page that names its origin", "chat.lan", { origin: "http://chat.lan" }],
  ["any program on loopback", "127.0.0.1:6101", {}],
  ["any program on loopback by name", "localhost", {}],
  ["any program on loopback by IPv6", "[::1]:6101", {}],
])("the GET that sends may be made by %s", async (_, host, headers) => {
  const { url, reached } = await startServer("127.0.0.1", ["chat.lan"]);
  expect((await call(url, GENERAL, { headers: { host, ...headers } })).status).toBe(200);
  expect(reached()).toBe(1);
});

test("where a token is asked for it is proof enough", async () => {
  const { url, reached } = await startServer("127.0.0.1", ["chat.lan"], "secret");
  const send = (path: string) => call(url, path, { headers: { host: "chat.lan" } });
  expect((await send(GENERAL)).status).toBe(401);
  expect(reached()).toBe(0);
  expect((await send(`${GENERAL}&token=secret`)).status).toBe(200);
});

test("reading away from loopback needs no proof", async () => {
  const { url } = await startServer("127.0.0.1", ["chat.lan"]);
  expect((await call(url, "/things", { headers: { host: "chat.lan" } })).status).toBe(200);
});
