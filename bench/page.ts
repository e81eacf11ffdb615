import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { ProfileAnswer } from "../src/contract/profile-schemas.ts";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../src/contract/routes.ts";
import { NO_CHROMIUM, sharedChromium } from "../test/browser/chromium.ts";
import { ask } from "../test/support/ask.ts";
import { importConversation } from "../test/support/import-conversation.ts";
import { type Comparison, measure } from "./comparison.ts";
import { makeIsolatedStack } from "./isolated-stack.ts";
import { clearAtExit } from "./leftovers.ts";
import { startService } from "./processes.ts";
import { quantile } from "./statistics.ts";

/** Messages and replies of the long conversation. */
const MESSAGES = 1_000;

const TEXTS = Array.from({ length: MESSAGES }, (_, index) => textAt(index));

/** Of the long reply, as fast as the engine writes. */
const TOKENS = 27_000;

/** How long the frames of an empty page are counted, in milliseconds. */
const EMPTY_FRAMES_MS = 1_000;

/** What the chat page takes in Chromium, from the three services as processes, beside pages of plain HTML. */
export async function page(): Promise<Comparison[]> {
  const { urls, env, remove } = await makeIsolatedStack({
    STACK_ENGINE_TOKEN_DELAY_MS: "0",
    STACK_LOG_LEVEL: "warn",
  });
  const engine = await startService("engine", { url: urls.engine, path: engineRoutes.version.path(), env });
  const gateway = await startService("gateway", {
    url: urls.gateway,
    path: gatewayRoutes.health.path(),
    env,
  });
  const hmi = await startService("hmi", { url: urls.hmi, path: hmiRoutes.health.path(), env });
  const plain = await servePlainPages();
  const browser = await sharedChromium().catch((cause: unknown) => {
    throw new Error(NO_CHROMIUM, { cause });
  });
  const long = `${urls.hmi}/c/${await importConversation(urls.hmi, TEXTS)}`;
  const options = { stand_in_tokens: TOKENS, stand_in_token_ms: 0 };
  const draft = { name: "Long replies", settings: { options } };
  const { profile } = ProfileAnswer.parse(await ask("POST", urls.hmi + hmiRoutes.newProfile.path(), draft));
  const opened = await measure({ warmUp: 2, rounds: 10 }, async () => ({
    peer: await firstPaintMs(browser, plain.url),
    ours: await firstPaintMs(browser, `${urls.hmi}/new`),
  }));
  const drawn = await measure({ warmUp: 1, rounds: 5 }, async () => ({
    peer: await drawnMs(browser, `${plain.url}/messages`, MESSAGES),
    ours: await drawnMs(browser, long, MESSAGES),
  }));
  // What a reader waits for: our page draws the end first, and shows it.
  const seen = await measure({ warmUp: 1, rounds: 5 }, async () => ({
    peer: await drawnMs(browser, `${plain.url}/messages`, 1),
    ours: await drawnMs(browser, long, 1),
  }));
  const frames = await measure({ warmUp: 0, rounds: 3 }, async () => ({
    peer: await emptyFrameMs(browser, plain.url),
    ours: await replyFrameMs(browser, `${urls.hmi}/m/${profile.model_id}/new`),
  }));
  await browser.close();
  plain.close();
  for (const service of [hmi, gateway, engine]) await service.stop();
  remove();
  return [
    {
      what: "page, first contentful paint",
      peer: "a page of one line",
      unit: "ms",
      rounds: opened,
      bound: { on: "ours", side: "at most", value: 200 },
    },
    {
      what: `page, ${MESSAGES} messages drawn`,
      peer: "the same texts as plain HTML",
      unit: "ms",
      rounds: drawn,
      bound: { on: "ours", side: "at most", value: 1_300 },
    },
    {
      what: `page, the newest of ${MESSAGES} messages seen`,
      peer: "the first of them as plain HTML",
      unit: "ms",
      rounds: seen,
      bound: { on: "ours", side: "at most", value: 300 },
    },
    {
      what: `page, a frame at the median while ${TOKENS} tokens arrive`,
      peer: "a page of one line",
      unit: "ms",
      rounds: frames,
      bound: { on: "ours", side: "at most", value: 17 },
    },
  ];
}

/** From the navigation on, in a browser that has nothing of the page in its cache. */
async function firstPaintMs(browser: Browser, url: string): Promise<number> {
  return await inFreshPage(browser, async (tab) => {
    await tab.goto(url);
    return await tab.evaluate(async () => {
      const { promise, resolve } = Promise.withResolvers<number>();
      const observer = new PerformanceObserver((list) => {
        const paint = list.getEntriesByName("first-contentful-paint")[0];
        if (paint !== undefined) resolve(paint.startTime);
      });
      observer.observe({ type: "paint", buffered: true });
      return await promise;
    });
  });
}

/** Until this many messages have been painted, from the navigation on. */
async function drawnMs(browser: Browser, url: string, messages: number): Promise<number> {
  return await inFreshPage(browser, async (tab) => {
    await tab.addInitScript((wanted) => {
      const look = (): void => {
        if (document.querySelectorAll("article").length < wanted) {
          requestAnimationFrame(look);
          return;
        }
        // The next task comes after the frame that draws them.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => Object.assign(window, { drawnMs: performance.now() });
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    }, messages);
    await tab.goto(url, { waitUntil: "commit" });
    const drawn = await tab.waitForFunction(() => (window as unknown as { drawnMs?: number }).drawnMs);
    return (await drawn.jsonValue()) ?? Number.NaN;
  });
}

/** The median time from frame to frame while a long reply arrives. */
async function replyFrameMs(browser: Browser, url: string): Promise<number> {
  return await inFreshPage(browser, async (tab) => {
    await tab.goto(url);
    const message = tab.getByLabel("Message", { exact: true });
    await message.fill("Go on for long");
    await tab.getByRole("button", { name: "Send" }).click();
    await tab.getByRole("article", { name: "Reply" }).getByText(/\S/).first().waitFor();
    await countFrames(tab);
    await tab.getByRole("button", { name: "Send" }).waitFor({ timeout: 120_000 });
    return await medianFrameMs(tab);
  });
}

async function emptyFrameMs(browser: Browser, url: string): Promise<number> {
  return await inFreshPage(browser, async (tab) => {
    await tab.goto(url);
    await countFrames(tab);
    await tab.waitForTimeout(EMPTY_FRAMES_MS);
    return await medianFrameMs(tab);
  });
}

async function countFrames(tab: Page): Promise<void> {
  await tab.evaluate(() => {
    const frames: number[] = [];
    Object.assign(window, { frames });
    let last = performance.now();
    const count = (now: number): void => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
}

async function medianFrameMs(tab: Page): Promise<number> {
  return quantile(await tab.evaluate(() => (window as unknown as { frames: number[] }).frames), 0.5);
}

async function inFreshPage<Result>(browser: Browser, use: (tab: Page) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** A question; or an answer with what answers have: emphasis, a list, and now and then code. */
function textAt(index: number): string {
  if (index % 2 === 0) return `Question ${index}: how is this done, and what is to be kept in mind?`;
  const code = index % 10 === 1 ? "\n\n```ts\nconst answer = await ask(question);\n```" : "";
  return `It is **done** in \`three\` steps, of which the second is the one that matters (${index}).\n\n- first this\n- then that\n- at last the rest${code}`;
}

async function servePlainPages(): Promise<{ readonly url: string; close(): void }> {
  const articles = TEXTS.map((text) => `<article>${text}</article>`);
  const server = createServer(({ url }, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(
      `<!doctype html><title>Plain</title>${url === "/messages" ? articles.join("\n") : "One line"}`,
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  const forget = clearAtExit(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      forget();
      close();
    },
  };
}
