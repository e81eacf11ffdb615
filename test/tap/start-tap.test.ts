import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect } from "node:net";
import { Transform } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { TAP_PATH, textOfChunks } from "../../src/tap/recorded-exchange.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import type { Rewrite } from "../../src/tap/tap-rewrite.ts";
import { call } from "../support/http.ts";
import { listenOnAnyPort } from "../support/listen.ts";

/** A tap in front of an upstream that answers so. */
async function tapOf(answer: RequestListener, rewrite?: Rewrite) {
  const server = createServer(answer);
  const upstream = await listenOnAnyPort(server);
  const tap = await startTap({ upstream, rewrite });
  onTestFinished(() => tap.close());
  return tap;
}

const echo: RequestListener = async (request, response) => {
  response.setHeader("x-seen", `${request.method} ${request.url} ${request.headers["x-mine"]}`);
  response.setHeader("set-cookie", ["a=1", "b=2"]);
  response.statusCode = 201;
  request.pipe(response);
};

test("a request and its answer pass as they are, and are written down", async () => {
  const tap = await tapOf(echo);
  const init = { method: "POST", body: "Grüße", headers: { "x-mine": "yes" } };
  const answer = await fetch(`${tap.url}/path?a=1`, init);
  expect([answer.status, await answer.text()]).toEqual([201, "Grüße"]);
  expect(answer.headers.get("x-seen")).toBe("POST /path?a=1 yes");
  expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  const [exchange] = tap.exchangesAfter(0);
  expect(exchange).toMatchObject({
    id: 1,
    method: "POST",
    path: "/path?a=1",
    status: 201,
    ended: "complete",
  });
  expect([exchange?.request, exchange?.response].map((part) => part && textOfChunks(part))).toEqual([
    "Grüße",
    "Grüße",
  ]);
});

test("what was said since a number is told by the tap itself", async () => {
  const tap = await tapOf(echo);
  await (await fetch(`${tap.url}/one`)).text();
  await (await fetch(`${tap.url}/two`)).text();
  const told = await (await fetch(`${tap.url}${TAP_PATH}?after=1`)).json();
  expect(told).toMatchObject({ exchanges: [{ id: 2, path: "/two" }] });
});

test("secrets are not written down", async () => {
  const tap = await tapOf((_, response) => response.end());
  const headers = { authorization: "Bearer hidden", cookie: "hidden" };
  await (await fetch(`${tap.url}/?token=hidden&a=1`, { headers })).text();
  expect(JSON.stringify(tap.exchangesAfter(0))).not.toContain("hidden");
});

test("an answer of the tap's own is written down as the client gets it", async () => {
  const answer = () => ({ status: 503, body: '{"code":"overloaded"}' });
  const tap = await tapOf(echo, { answer });
  expect(await (await fetch(`${tap.url}/path`)).text()).toBe('{"code":"overloaded"}');
  const [exchange] = tap.exchangesAfter(0);
  expect(exchange).toMatchObject({ status: 503, ended: "complete", response: { bytes: 21 } });
  expect(exchange && textOfChunks(exchange.response)).toBe('{"code":"overloaded"}');
});

test("pieces pass when they come, not when the answer is whole", async () => {
  const second = new EventTarget();
  const tap = await tapOf(async (_, response) => {
    response.write("first");
    await once(second, "wanted");
    response.end("second");
  });
  const { body } = await fetch(tap.url);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  expect(await reader?.read()).toMatchObject({ value: "first" });
  second.dispatchEvent(new Event("wanted"));
  expect(await reader?.read()).toMatchObject({ value: "second" });
  const chunks = tap.exchangesAfter(0)[0]?.response.chunks ?? [];
  expect(chunks.map(({ latin1 }) => latin1)).toEqual(["first", "second"]);
});

test("a connection to the upstream is used again", async () => {
  const sockets = new Set<unknown>();
  const tap = await tapOf((request, response) => {
    sockets.add(request.socket);
    response.end();
  });
  for (let count = 1; count <= 3; count += 1) await (await fetch(tap.url)).text();
  expect(sockets.size).toBe(1);
});

test("a change on its way is ended where the client leaves", async () => {
  const change = new Transform({ transform: (chunk, _, done) => done(null, chunk) });
  const closed = once(change, "close");
  const tap = await tapOf((_, response) => void response.write("first"), { body: () => change });
  const leaving = new AbortController();
  await fetch(tap.url, { signal: leaving.signal });
  leaving.abort();
  await closed;
  expect(change.writableFinished).toBe(false);
});

test("a client that leaves is left at the upstream too", async () => {
  const upstreamLeft = new EventTarget();
  const left = once(upstreamLeft, "left");
  const tap = await tapOf((_, response) => {
    response.once("close", () => upstreamLeft.dispatchEvent(new Event("left")));
    response.write("first");
  });
  const leaving = new AbortController();
  await fetch(tap.url, { signal: leaving.signal });
  leaving.abort();
  await left;
  await expect.poll(() => tap.exchangesAfter(0)[0]?.ended).toBe("client-left");
});

test("a client that leaves before the answer is left at the upstream too", async () => {
  const upstream = new EventTarget();
  const [asked, left] = [once(upstream, "asked"), once(upstream, "left")];
  const tap = await tapOf((_, response) => {
    upstream.dispatchEvent(new Event("asked"));
    response.once("close", () => upstream.dispatchEvent(new Event("left")));
  });
  const leaving = new AbortController();
  const answer = fetch(tap.url, { signal: leaving.signal }).catch(() => undefined);
  await asked;
  leaving.abort();
  await Promise.all([left, answer]);
  expect(tap.exchangesAfter(0)[0]).toMatchObject({ ended: "client-left", status: null });
});

test("an upstream that cuts its answer off is cut off for the client too", async () => {
  const tap = await tapOf((_, response) => {
    response.write("half");
    setImmediate(() => response.destroy());
  });
  const answer = await fetch(tap.url)
    .then((response) => response.text())
    .catch(() => "cut");
  expect(answer).toBe("cut");
  await expect.poll(() => tap.exchangesAfter(0)[0]?.ended).not.toBe("running");
});

test("an upstream that is not there is told", async () => {
  const server = createServer(echo);
  const upstream = await listenOnAnyPort(server);
  server.close();
  const tap = await startTap({ upstream });
  onTestFinished(() => tap.close());
  const answer = await fetch(tap.url);
  expect([answer.status, await answer.json()]).toMatchObject([502, { error: { code: "gateway_error" } }]);
  expect(tap.exchangesAfter(0)[0]).toMatchObject({ ended: "unreachable" });
});

test("a rewrite answers in the upstream's place", async () => {
  let asked = 0;
  const tap = await tapOf(
    (_, response) => {
      asked += 1;
      response.end("upstream");
    },
    { answer: ({ path }) => (path === "/swallowed" ? { status: 200, body: "own" } : undefined) },
  );
  expect(await (await fetch(`${tap.url}/swallowed`)).text()).toBe("own");
  expect(asked).toBe(0);
  expect(await (await fetch(`${tap.url}/other`)).text()).toBe("upstream");
});

test("a rewrite changes request, head and body", async () => {
  const upper = (): Transform =>
    new Transform({ transform: (chunk, _, done) => done(null, String(chunk).toUpperCase()) });
  const tap = await tapOf(echo, {
    request: (request) => ({ ...request, path: "/changed", body: Buffer.from("changed") }),
    head: (answer) => ({ ...answer, status: 418, headers: { "x-lie": "yes" } }),
    body: upper,
  });
  const answer = await fetch(tap.url, { method: "POST", body: "asked" });
  expect([answer.status, answer.headers.get("x-lie"), await answer.text()]).toEqual([418, "yes", "CHANGED"]);
});

test("a rewrite sees and changes the headers of a request", async () => {
  const tap = await tapOf(echo, {
    request: ({ headers, ...request }) => ({
      ...request,
      headers: { ...headers, "x-mine": `not ${headers["x-mine"]}` },
    }),
  });
  const answer = await fetch(tap.url, { headers: { "x-mine": "yes" } });
  expect(answer.headers.get("x-seen")).toBe("GET / not yes");
});

/** A request of these bytes, one byte a character; the whole answer. */
async function sendBytes(url: string, bytes: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
  socket.write(Buffer.from(bytes, "latin1"));
  return await text(socket);
}

test.each([
  ["//VICTIM/x", "//VICTIM/x"],
  ["///VICTIM/x?y", "///VICTIM/x?y"],
  ["/\\VICTIM", "/\\VICTIM"],
  ["//[", "//["],
  ["/http://VICTIM/", "/http://VICTIM/"],
  ["/%2e%2e/%00?a=%zz#f", "/%2e%2e/%00?a=%zz#f"],
  ["/a/../b//c", "/a/../b//c"],
  ["http://localhost//VICTIM/x?q", "//VICTIM/x?q"],
  ["http://localhost?q", "/?q"],
])("the target %s goes to the tap's own upstream, as %s", async (target, expected) => {
  let victimised = 0;
  const victim = await listenOnAnyPort(createServer((_, response) => response.end(String(++victimised))));
  const tap = await tapOf((request, response) => response.end(`upstream saw ${request.url}`));
  const named = (path: string) => path.replace("VICTIM", new URL(victim).host);
  const bytes = `GET ${named(target)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  expect(await sendBytes(tap.url, bytes)).toContain(
    `upstream saw ${Buffer.from(named(expected), "latin1").toString()}`,
  );
  expect(victimised).toBe(0);
});

test("an upstream's own path goes before each one", async () => {
  const server = createServer((request, response) => response.end(`saw ${request.url}`));
  const tap = await startTap({ upstream: `${await listenOnAnyPort(server)}/base/` });
  onTestFinished(() => tap.close());
  for (const path of ["/api/tags?x=1", "//elsewhere/x", "/"])
    expect(await sendBytes(tap.url, `GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`)).toContain(
      `saw /base${path}`,
    );
  expect(tap.exchangesAfter(0).map(({ path }) => path)).toEqual(["/api/tags?x=1", "//elsewhere/x", "/"]);
});

test.each<[string, Record<string, string>, number]>([
  ["the address that it listens on", {}, 200],
  ["a name of this machine's network", { host: "host.docker.internal:11500" }, 200],
  ["an address", { host: "203.0.113.7:11500" }, 200],
  ["a name that is allowed", { host: "chat.lan", origin: "https://chat.lan" }, 200],
  ["another name, which a page may have pointed here", { host: "evil.example:11500" }, 403],
  ["a page of this machine, of which the upstream judges", { origin: "http://localhost:3000" }, 200],
  ["a page from elsewhere", { origin: "https://evil.example" }, 403],
  ["a page without an origin", { origin: "null" }, 403],
])("a tap that is called by %s", async (_, headers, expected) => {
  const server = createServer((__, response) => response.end("upstream"));
  const tap = await startTap({ upstream: await listenOnAnyPort(server), allowedHosts: ["chat.lan"] });
  onTestFinished(() => tap.close());
  expect((await call(tap.url, "/x", { method: "POST", headers })).status).toBe(expected);
  expect(tap.exchangesAfter(0)).toHaveLength(expected === 200 ? 1 : 0);
});

test("one that is to show how its upstream judges lets everything through, but its own record", async () => {
  const server = createServer(({ headers }, response) => response.end(`${headers.host} ${headers.origin}`));
  const tap = await startTap({ upstream: await listenOnAnyPort(server), callersJudgedBy: "upstream" });
  onTestFinished(() => tap.close());
  const headers = { host: "evil.example", origin: "http://evil.example" };
  expect((await call(tap.url, "/x", { headers })).body).toBe("evil.example http://evil.example");
  expect((await call(tap.url, TAP_PATH, { headers })).status).toBe(403);
});

test.each<[string, Record<string, string>]>([
  ["another origin", { origin: "http://evil.example" }],
  ["its own origin, where the upstream's pages are", { origin: "OWN" }],
  ["its own origin, by what browsers say", { "sec-fetch-site": "same-origin" }],
  ["a site that hides its origin", { "sec-fetch-site": "cross-site" }],
  ["a name that was pointed here", { host: "evil.example" }],
])("the record is not for a page of %s", async (_, headers) => {
  const tap = await tapOf((__, response) => response.end());
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace("OWN", tap.url)]),
  );
  for (const path of [TAP_PATH, `${TAP_PATH}?after=0`, "/stack-tap/other"])
    expect((await call(tap.url, path, { headers: sent })).status).toBe(403);
});

test.each([
  [`${TAP_PATH}?after=abc`, 400],
  [`${TAP_PATH}?after=%zz`, 400],
  [`${TAP_PATH}//[?after=0`, 404],
  [`${TAP_PATH}\\x`, 404],
  ["/stack-tap/", 404],
  [`${TAP_PATH}?after=0`, 200],
])("%s is the tap's own, and answered with %i", async (path, expected) => {
  const tap = await tapOf((_, response) => response.end("upstream"));
  const { status, body } = await call(tap.url, path);
  expect([status, body === "upstream"]).toEqual([expected, false]);
  expect(tap.exchangesAfter(0)).toEqual([]);
});

test("with a token the record asks for it, and what passes does not", async () => {
  const server = createServer((_, response) => response.end("upstream"));
  const tap = await startTap({ upstream: await listenOnAnyPort(server), token: "secret" });
  onTestFinished(() => tap.close());
  expect((await call(tap.url, "/x")).status).toBe(200);
  const refused = await call(tap.url, TAP_PATH);
  expect([refused.status, refused.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="stack record"']);
  expect((await call(tap.url, `${TAP_PATH}?token=secret`)).status).toBe(401);
  const headers = { authorization: "Bearer secret" };
  expect((await call(tap.url, TAP_PATH, { headers })).json).toMatchObject({ exchanges: [{ path: "/x" }] });
});
