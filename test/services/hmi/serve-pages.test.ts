import { expect, onTestFinished, test } from "vitest";
import { urlOf } from "../../../src/contract/address.ts";
import { pageRoutes } from "../../../src/contract/routes.ts";
import { openSqliteStore } from "../../../src/services/conversations/sqlite/open-sqlite-store.ts";
import { servePages } from "../../../src/services/hmi/serve-pages.ts";
import { createServer, listen } from "../../../src/services/http/http-server.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";
import { ownOf } from "../../support/store.ts";
import { tempFolder } from "../../support/temp.ts";

const FILES = {
  "index.html": '<link href="/assets/app-1.css"><script src="/assets/app-1.js"></script>',
  "app-1.js": "console.log(1);",
  "app-1.css": "body {}",
  "icon-1.svg": "<svg/>",
  "notes.txt": "secret",
};

/** The pages of a store with profiles 1 and 2, a general conversation 1, and conversation 2 of profile 1. */
async function startPages({ isGuarded = false } = {}): Promise<string> {
  const app = createServer({ host: "127.0.0.1" });
  const store = openSqliteStore({ path: ":memory:", defaultAgent: "architect" });
  for (const name of ["One", "Two"]) {
    await ownOf(store).profiles.create({
      name,
      description: "",
      default_model: null,
      instructions: "",
      settings: {},
    });
  }
  for (const modelId of [null, 1]) await ownOf(store).conversations.create({ modelId, agentId: "architect" });
  servePages(app, { webFolder: tempFolder(FILES), store, isGuarded });
  const port = await listen(app, "127.0.0.1", 0);
  onTestFinished(async () => {
    await app.close();
    await store.close();
  });
  return urlOf({ host: "127.0.0.1", port });
}

/** The addresses that a page names. */
function namesIn(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name]) => name ?? "");
}

test("the page is never stored, and may run nothing but its own files", async () => {
  const { status, headers } = await call(await startPages(), "/llm");
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    "cache-control": "no-store",
    "content-type": "text/html; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("unsafe");
});

test("the start leads to the page", async () => {
  const { status, headers } = await call(await startPages(), "/");
  expect([status, headers.location]).toEqual([302, "/llm"]);
});

test.each(["/llm", "/new", "/c/1", "/c/2", "/m/1/new", "/m/2/new", "/m/1/c/2"])(
  "%s is the page",
  async (path) => {
    const { status, body } = await call(await startPages(), path);
    expect([status, body]).toEqual([200, FILES["index.html"]]);
  },
);

const NOWHERE = ["/c/3", "/c/x", "/m/3/new", "/m/0/new", "/m/x/new", "/m/1/c/1", "/m/2/c/2", "/m/1/c/3"];

test.each(NOWHERE)("%s is the page, with 404", async (path) => {
  const { status, body, headers } = await call(await startPages(), path);
  expect([status, body]).toEqual([404, FILES["index.html"]]);
  expect(headers["cache-control"]).toBe("no-store");
});

test.each(NOWHERE)("with a token set, %s does not tell what there is", async (path) => {
  expect((await call(await startPages({ isGuarded: true }), path)).status).toBe(200);
});

test("each file is there for ever, with its own type", async () => {
  const url = await startPages();
  const answers = await Promise.all(
    ["app-1.js", "app-1.css", "icon-1.svg"].map((name) => call(url, `/assets/${name}`)),
  );
  for (const { status, headers } of answers) {
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  }
  expect(answers.map(({ headers }) => headers["content-type"])).toEqual([
    "text/javascript; charset=utf-8",
    "text/css; charset=utf-8",
    "image/svg+xml",
  ]);
});

test.each([
  "/assets/app.js",
  "/assets/index.html",
  "/assets/notes.txt",
  "/assets/..%2Fnotes.txt",
  "/assets/",
  "/app-1.js",
  "/m/1",
])("%s is not served", async (path) => {
  const { status, body } = await call(await startPages(), path);
  expect(status).toBe(404);
  expect(body).not.toContain("secret");
});

test("a page can be asked for its headers alone", async () => {
  const { status, body } = await call(await startPages(), "/llm", { method: "HEAD" });
  expect([status, body]).toEqual([200, ""]);
});

test("the built page names its files by their content, and they are served", async () => {
  const { hmi } = await startTestStack();
  const names = namesIn((await call(hmi, pageRoutes.llm.path())).body);
  expect(names.some((name) => name.endsWith(".js"))).toBe(true);
  for (const name of names) {
    expect(name).toMatch(/^\/assets\/[a-z]+-[0-9A-Z]{8}\.(js|css|svg)$/);
    expect((await call(hmi, name)).status).toBe(200);
  }
});

test("its files are sent as the build has compressed them, to whoever takes that", async () => {
  const { hmi } = await startTestStack();
  const page = await (await fetch(`${hmi}${pageRoutes.llm.path()}`)).text();
  const script = namesIn(page).find((name) => name.endsWith(".js")) ?? "";
  const sent = async (encoding: string) =>
    await call(hmi, script, { headers: { "accept-encoding": encoding } });
  const plain = await sent("identity");
  expect(plain.headers).not.toHaveProperty("content-encoding");
  for (const [accepted, encoding] of [
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
  ] as const) {
    const { headers } = await sent(accepted);
    expect(headers).toMatchObject({ "content-encoding": encoding, vary: "accept-encoding" });
    expect(Number(headers["content-length"])).toBeLessThan(Number(plain.headers["content-length"]) / 2);
  }
});

test.each(["gzip", "br"])(
  "the script of the first paint takes at most 60 KB of the line, by %s",
  async (encoding) => {
    const { hmi } = await startTestStack();
    const page = await (await fetch(`${hmi}${pageRoutes.llm.path()}`)).text();
    const scripts = namesIn(page).filter((name) => name.endsWith(".js"));
    const sizes = await Promise.all(
      scripts.map(async (name) => {
        const { headers } = await call(hmi, name, { headers: { "accept-encoding": encoding } });
        expect(headers).toMatchObject({ "content-encoding": encoding });
        return Number(headers["content-length"]);
      }),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
  },
);

test("the page says where a token is wanted of whoever asks for it, and only there", async () => {
  const { hmi } = await startTestStack({ auth: { token: "sesame" } });
  const saysSo = async (url: string, headers = {}): Promise<boolean> =>
    (await call(url, "/llm", { headers })).body.includes('<meta name="access" content="token">');
  expect(await saysSo(hmi)).toBe(true);
  expect(await saysSo(hmi, { authorization: "Bearer wrong" })).toBe(true);
  expect(await saysSo(hmi, { authorization: "Bearer sesame" })).toBe(false);
  expect(await saysSo((await startTestStack()).hmi)).toBe(false);
});
