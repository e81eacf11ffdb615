import { createServer } from "node:http";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../src/config/default-config.ts";
import type { WireDescription } from "../../../src/contract/wire-description.ts";
import { verify } from "../../../src/verify/verify-stack.ts";
import { listenOnAnyPort } from "../../support/listen.ts";

const WIRE: WireDescription = {
  service: "hmi",
  send: { request: "POST /say", body: { text: "{text}" } },
  stream: { framing: "text" },
  page: "/",
};

/** What http/pages and http/assets say of a single-page app: every address that is no file of it gives its page. */
async function judgeApp(scripts: readonly string[], cacheControl?: string) {
  const server = createServer(({ url = "" }, response) => {
    const isScript = scripts[0] === url;
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.setHeader("date", "Thu, 11 Jan 2024 00:00:00 GMT");
    response.setHeader("last-modified", "Mon, 01 Jan 2024 00:00:00 GMT");
    if (cacheControl !== undefined) response.setHeader("cache-control", cacheControl);
    response.end(isScript ? "void 0;" : scripts.map((src) => `<script src="${src}"></script>`).join(""));
  });
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: WIRE };
  const target = { hmi: await listenOnAnyPort(server), contract };
  const { results } = await verify({ suite: ["http"], grep: /^http\/(pages|assets)$/, target });
  return results.map(({ outcome }) => outcome);
}

test("of a page of others is said what is known of it: its one address, and for how long browsers keep it by its age", async () => {
  const [kept, assets] = await judgeApp(["/assets/index-DkXyQzAb.js"]);
  expect(kept).toMatchObject({
    verdict: "skipped",
    reason:
      "GET / answered with no Cache-Control, Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT: browsers may keep it for 24 h, a tenth of its age; whether they do is theirs, and only docs/contract.md promises no-store",
  });
  const [told] = await judgeApp(["/assets/index-DkXyQzAb.js"], "max-age=60");
  expect(told).toMatchObject({ verdict: "broken", found: "200, text/html, Cache-Control: max-age=60" });
  // Letters alone may be a hash, too.
  expect(assets).toMatchObject({ verdict: "holds" });
  const [asked] = await judgeApp(["/assets/index-DkXyQzAb.js"], "no-cache");
  expect(asked).toEqual({
    verdict: "holds",
    seen: "GET / (contract.wire.page; no other address is known)",
  });
});

test("a script for which the app's page is answered is not there", async () => {
  const [, assets] = await judgeApp(["/app.js", "/gone.js"], "no-cache");
  expect(assets).toMatchObject({ verdict: "broken", found: "text/html", seen: "GET /gone.js" });
});
