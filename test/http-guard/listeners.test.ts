import { globSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { engineRoutes } from "../../src/contract/routes.ts";
import { ENDPOINTS, pathOf } from "../support/endpoints.ts";
import { call } from "../support/http.ts";
import { type Listener, startListeners } from "../support/listeners.ts";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));
const TOKEN = "a-token-that-nobody-guesses";

test("the list of listeners is whole: each place where a server is made is in it", async () => {
  const makers = globSync("**/*.ts", { cwd: SRC }).filter((file) => {
    const source = readFileSync(`${SRC}/${file}`, "utf8");
    return /= (?:createGuardedServer\(\{|createServer\(\{ \.\.\.server)/.test(source);
  });
  const { all } = await startListeners();
  expect(new Set(all.map(({ source }) => source))).toEqual(new Set(makers));
});

test("each listener answers a program on this machine", async () => {
  const { all } = await startListeners();
  for (const { name, url, reads } of all)
    expect([name, (await call(url, reads)).status]).toEqual([name, 200]);
});

test("with a token, each listener that tells what was said asks for it", async () => {
  const { all } = await startListeners({ token: TOKEN });
  for (const { name, url, reads, asksToken } of all) {
    const statuses = [];
    for (const authorization of [undefined, "Bearer wrong", `Bearer ${TOKEN}`]) {
      const headers = authorization === undefined ? {} : { authorization };
      const { status, headers: answered } = await call(url, reads, { headers });
      statuses.push(status);
      if (status === 401) expect(answered["www-authenticate"]).toMatch(/^Bearer\b/);
    }
    expect([name, ...statuses]).toEqual([name, ...(asksToken ? [401, 401, 200] : [200, 200, 200])]);
  }
});

/** Names that a page may have for its own, and those that only look like ours. */
const FOREIGN_HOSTS = [
  "evil.example",
  "evil.example:80",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "evil.example.",
  "evil-localhost",
  "localhost@evil.example",
  "evil.example@localhost.example",
  "localhost, evil.example",
  "localhost:80:80",
  "[::1].evil.example",
  "[::1",
  "xn--localhst-9za.example",
  "2130706433.example",
];

/** Targets that name somebody else, or nobody; whatever `Host` says. */
const FOREIGN_TARGETS = [
  "http://evil.example/",
  "http://evil.example",
  "HTTP://EVIL.example:80/x",
  "https://evil.example/",
  "ftp://evil.example/",
  "http://localhost@evil.example/",
  "http://[/",
  "http:///",
];

/** Targets that no server may go anywhere for: each is a path of ours, or none. */
const ODD_TARGETS = [
  "//evil.example/x",
  "///evil.example/x",
  "//[",
  "/\\evil.example/x",
  "\\\\evil.example\\x",
  "/http://evil.example/",
  "/@evil.example/",
  "//localhost@evil.example/",
  "/%2f%2fevil.example/",
  "/..//evil.example/",
  "*",
  "evil.example:80",
  "/\u00ff\u00fe",
];

interface Refused {
  readonly what: string;
  readonly bytes: string;
  readonly statuses: readonly number[];
}

/** The 35 variants, for the reading call of a listener: 14 names, 8 targets, 13 odd targets. */
function variants({ reads }: Listener): Refused[] {
  const close = "Connection: close\r\n\r\n";
  return [
    ...FOREIGN_HOSTS.map((host) => ({
      what: `Host: ${host}`,
      bytes: `GET ${reads} HTTP/1.1\r\nHost: ${host}\r\n${close}`,
      statuses: [400, 403],
    })),
    ...FOREIGN_TARGETS.map((target) => ({
      what: `GET ${target}`,
      bytes: `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${close}`,
      statuses: [400, 403],
    })),
    ...ODD_TARGETS.map((target) => ({
      what: `GET ${target}`,
      bytes: `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${close}`,
      // The HMI takes what is about the whole server for its home page, which leads to /llm.
      statuses: target === "*" ? [302, 400, 403, 404, 405] : [400, 403, 404, 405],
    })),
  ];
}

test("35 variants of Host and of the request target get nothing from any listener", async () => {
  const { all, tap } = await startListeners();
  const wrong: string[] = [];
  for (const listener of all) {
    const tried = variants(listener);
    expect(tried).toHaveLength(35);
    for (const { what, bytes, statuses } of tried) {
      const status = await statusOf(listener.url, bytes);
      if (!statuses.includes(status)) wrong.push(`${listener.name}, ${what}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
  // Whatever came through the tap came as a path, to its own upstream.
  for (const { path, ended } of tap.exchangesAfter(0)) {
    expect(path).toMatch(/^[/*]/);
    expect(ended).toBe("complete");
  }
});

test.each([
  ["twice the same", "Host: localhost\r\nHost: localhost\r\n", 400],
  ["ours and another", "Host: localhost\r\nHost: evil.example\r\n", 400],
  ["another and ours", "Host: evil.example\r\nHost: localhost\r\n", 400],
  ["three in all spellings", "HOST: localhost\r\nhost: localhost\r\nHoSt: localhost\r\n", 400],
  ["none", "", 400],
])("%s: Host headers that are not one are 400 at every listener", async (_, hosts, expected) => {
  const { all } = await startListeners();
  for (const { name, url, reads } of all) {
    const bytes = `GET ${reads} HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`;
    expect([name, await statusOf(url, bytes)]).toEqual([name, expected]);
  }
});

test.each([
  ["CONNECT", "CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\n\r\n", [405]],
  [
    "OPTIONS *",
    "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    [204, 400, 403, 404, 405],
  ],
  [
    "an upgrade",
    "GET /nothing HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    [404],
  ],
  [
    "an odd expectation",
    "GET /nothing HTTP/1.1\r\nHost: localhost\r\nExpect: foo\r\nConnection: close\r\n\r\n",
    [404, 417],
  ],
  [
    "odd bytes in a header",
    "GET /nothing HTTP/1.1\r\nHost: localhost\r\nX: \u00ff\u00fe\r\nConnection: close\r\n\r\n",
    [404],
  ],
  ["no HTTP", "hello\r\n\r\n", [400]],
])("%s is answered by every listener, and leads nowhere", async (_, bytes, expected) => {
  const { all } = await startListeners();
  for (const { name, url } of all) {
    const status = await statusOf(url, bytes);
    expect(expected, `${name}: ${status}`).toContain(status);
  }
});

/** 12 origins of pages that are none of ours. `PORT` stands for the listener's own. */
const ORIGINS = [
  "http://evil.example",
  "https://evil.example",
  "http://evil.example:PORT",
  "null",
  "http://127.0.0.1.evil.example:PORT",
  "http://127.0.0.1:PORT.evil.example",
  "http://127.0.0.1:PORT@evil.example",
  "http://evil.example/http://127.0.0.1:PORT",
  "https://127.0.0.1:PORT",
  "http://127.0.0.1:1",
  "http://localhost:1",
  "ftp://127.0.0.1:PORT",
];

/** What those 12 may do at an Ollama, and so at its stand-in: programs on this machine have pages, too. */
const FINE_FOR_OLLAMA = new Set(ORIGINS.slice(8, 11));

/** What a browser may say of the page beside its origin, and what none does. */
const SITES = [undefined, "cross-site", "same-site", "same-origin", "none", "nonsense"];

test("cross-origin calls change nothing, and read no record: 17 endpoints and more, 12 origins, 6 sites", async () => {
  const { all, stack } = await startListeners();
  const changing = ENDPOINTS.filter(
    ({ route }) => route.method !== "GET" || /general-stream|stream\/:session_id/.test(route.pattern),
  ).filter(({ route }) => route.pattern !== "/api/chat/stream/:session_id");
  const calls = [
    ...changing.map(({ service, route }) => ({
      url: stack[service],
      method: route.method,
      path: `${pathOf(route)}?message=From+elsewhere`,
      isOllama: false,
    })),
    ...all.flatMap(({ url, kind, reads, changes }) => {
      const isOllama = kind === "ollama";
      if (kind === "record") return [{ url, method: "GET", path: reads, isOllama }];
      return changes === undefined ? [] : [{ url, method: "POST", path: changes, isOllama }];
    }),
  ].filter(({ url }) => url !== all.find(({ kind }) => kind === "proxy")?.url);
  const tried: string[] = [];
  const wrong: string[] = [];
  for (const { url, method, path, isOllama } of calls) {
    for (const origin of ORIGINS) {
      for (const site of SITES) {
        const headers = {
          origin: origin.replace("PORT", new URL(url).port),
          ...(site === undefined ? {} : { "sec-fetch-site": site }),
        };
        const { status } = await call(url, path, { method, headers });
        const what = `${method} ${path} of ${JSON.stringify(headers)}`;
        tried.push(what);
        const isFine = isOllama && FINE_FOR_OLLAMA.has(origin);
        if ((status === 403) === isFine) wrong.push(`${what}: ${status}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(changing.length * ORIGINS.length * SITES.length).toBeGreaterThanOrEqual(16 * 12 * 6);
  expect(tried.length).toBeGreaterThanOrEqual(17 * 12 * 6);
  const sessions = await call(stack.hmi, "/api/chat/sessions");
  expect(sessions.json).toMatchObject({ sessions: [], total: 0 });
  const asked = await call(stack.engine, engineRoutes.generations.path());
  expect(asked.json.generations).toEqual([]);
});

test.each([
  ["http://evil.example", 403],
  ["null", 403],
  ["http://8.8.8.8", 403],
  // The service behind it compares these with Host by itself.
  ["http://127.0.0.1:1", 403],
])("a tap lets a page of %s neither use nor read its upstream", async (origin, expected) => {
  const { all } = await startListeners();
  const tap = all.find(({ kind }) => kind === "proxy");
  const { status } = await call(tap?.url ?? "", tap?.changes ?? "", { method: "POST", headers: { origin } });
  expect(status).toBe(expected);
});

/** The status of the answer to these bytes, one byte a character, on a connection of their own; 0 for no answer. */
async function statusOf(url: string, bytes: string): Promise<number> {
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(url).port) });
  socket.write(Buffer.from(bytes, "latin1"));
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(await text(socket))?.[1] ?? 0);
}
