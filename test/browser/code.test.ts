import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageRoutes } from "../../src/contract/routes.ts";
import { PATIENTLY } from "../support/cli.ts";
import { sumEventLoopStalls } from "../support/event-loop-stalls.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { openChatPage } from "./page.ts";
import { type Supervised, startSupervised } from "./supervised.ts";

if (CHROMIUM === undefined) test("code in a browser", ({ skip }) => skip(NO_CHROMIUM));

/** What grammars of each family take the square of its length for, or worse; all in one message. */
const HOSTILE: Readonly<Record<string, string>> = {
  markdown: "[a](".repeat(3_000),
  html: "<a ".repeat(1_500),
  js: "(a".repeat(1_500),
  python: "f'{".repeat(1_500),
  bash: "${".repeat(1_500),
  cpp: "a<".repeat(1_500),
  css: "a:".repeat(1_500),
  sql: "'".repeat(3_001),
  yaml: "- ".repeat(1_500),
  php: "<?php $a[".repeat(400),
};

/** Longest that a page may stand still, in milliseconds; what holds this process up holds the page up too. */
const STILL = 2_500;

describe.runIf(CHROMIUM !== undefined)("code in a browser", () => {
  let running: Supervised;

  beforeAll(async () => {
    running = await startSupervised({
      // All of it is to come back: a message that is longer than the window would be cut.
      env: { STACK_ENGINE_TOKEN_DELAY_MS: "0", OLLAMA_CONTEXT_LENGTH: "131072" },
    });
  });
  afterAll(() => running?.close());

  test("hostile code in any language does not hold the page up, and what follows it is coloured", async () => {
    const blocks = Object.entries(HOSTILE).map(([language, code]) => `\`\`\`${language}\n${code}\n\`\`\``);
    const chat = await openChatPage(running.browser, running.stack.hmi + pageRoutes.newConversation.path());
    await chat.page.evaluate(WATCH_FRAMES);
    const heldUpMs = sumEventLoopStalls();
    await chat.say(`Say: ${[...blocks, "```js\nlet good = 1;\n```"].join("\n\n")}`);
    const good = chat.lastReply.locator("pre").last();
    const coloured = async (): Promise<number> => await good.locator(".hljs-keyword").count();
    await expect.poll(coloured, { timeout: 40_000, interval: 100 }).toBe(1);
    expect(await chat.page.evaluate("window.longestPause")).toBeLessThan(STILL + heldUpMs());
    expect(await chat.lastReply.locator("pre").first().textContent()).toBe(HOSTILE["markdown"]);
    expect(chat.complaints).toEqual([]);
    await chat.close();
  }, 60_000);

  test("code of a reply is coloured by a worker that the page's policy allows", async () => {
    const chat = await openChatPage(running.browser, running.stack.hmi + pageRoutes.newConversation.path());
    await chat.say("Say: ```js\nlet kept = 1;\n```");
    const keywords = chat.lastReply.locator(".hljs-keyword");
    await expect.poll(() => keywords.count(), PATIENTLY).toBe(1);
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });
});

/** Writes down the longest time between two frames. */
const WATCH_FRAMES = `
  window.longestPause = 0;
  let last = performance.now();
  const frame = (now) => {
    window.longestPause = Math.max(window.longestPause, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
`;
