import { expect, onTestFinished, test } from "vitest";
import { urlOf } from "../../../src/contract/address.ts";
import { servePages } from "../../../src/services/hmi/pages.ts";
import { createServer, listen } from "../../../src/services/http/server.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";
import { tempFolder } from "../../support/temp.ts";

const FILES = {
  "app.js": "console.log(1);",
  "app.css": "body {}",
  "icon.svg": "<svg/>",
  "notes.txt": "secret",
};

async function startPages(files: Record<string, string> = FILES): Promise<string> {
  const app = createServer({ host: "127.0.0.1" });
  servePages(app, tempFolder(files));
  const port = await listen(app, "127.0.0.1", 0);
  onTestFinished(() => app.close());
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

test("each file that the page names is there, for ever, with its own type", async () => {
  const url = await startPages();
  const names = namesIn((await call(url, "/llm")).body);
  expect(names).toHaveLength(3);
  const answers = await Promise.all(names.map((name) => call(url, name)));
  for (const { status, headers } of answers) {
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  }
  expect(answers.map(({ headers }) => headers["content-type"]).sort()).toEqual([
    "image/svg+xml",
    "text/css; charset=utf-8",
    "text/javascript; charset=utf-8",
  ]);
});

test("a changed file has another name, an unchanged one the same", async () => {
  const [before, after] = [await startPages(), await startPages({ ...FILES, "app.js": "console.log(2);" })];
  const [old, fresh] = await Promise.all(
    [before, after].map(async (url) => namesIn((await call(url, "/llm")).body)),
  );
  const changed = old?.filter((name) => !fresh?.includes(name)) ?? [];
  expect(changed).toHaveLength(1);
  expect(changed[0]).toMatch(/^\/assets\/app-[0-9a-f]{12}\.js$/);
  expect((await call(after, changed[0] ?? "")).status).toBe(404);
});

test.each(["/assets/app.js", "/assets/notes.txt", "/assets/..%2Fnotes.txt", "/assets/", "/app.js"])(
  "%s is not served",
  async (path) => {
    const { status, body } = await call(await startPages(), path);
    expect(status).toBe(404);
    expect(body).not.toContain("secret");
  },
);

test("a page can be asked for its headers alone", async () => {
  const { status, body } = await call(await startPages(), "/llm", { method: "HEAD" });
  expect([status, body]).toEqual([200, ""]);
});

test("the built page and all its files are served by the HMI", async () => {
  const { hmi } = await startTestStack();
  const names = namesIn((await call(hmi, "/llm")).body);
  expect(names.some((name) => name.endsWith(".js"))).toBe(true);
  for (const name of names) expect((await call(hmi, name)).status).toBe(200);
});
