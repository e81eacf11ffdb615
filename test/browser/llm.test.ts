import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { webFolder } from "../../src/package-root.ts";
import { type RunningStack, startStack } from "../../src/services/start.ts";
import { CHROMIUM, launchChromium, NO_CHROMIUM } from "./chromium.ts";

if (CHROMIUM === undefined) test("the chat page in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("the chat page", () => {
  let stack: RunningStack;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    if (!existsSync(join(webFolder(), "app.js"))) {
      throw new Error(`${webFolder()} has no app.js. Run \`npm run build\` first.`);
    }
    [stack, browser] = await Promise.all([startStack({ tokenDelayMs: 10 }), launchChromium()]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), stack?.close()]);
  });

  beforeEach(async () => {
    complaints = [];
    page = await openPage({ width: 1280, height: 800 });
    await page.goto(`${stack.hmi}/llm#/new`);
  });
  afterEach(async () => {
    await page.context().close();
    // Chromium reports what its Content-Security-Policy stopped in the console, too.
    expect(complaints).toEqual([]);
  });

  test("answers a message", async () => {
    await say("Count to 5");
    await shows(lastReply(), "1, 2, 3, 4, 5");
    await shows(status(), "9 tokens");
  });

  test("shows the conversation again after a reload", async () => {
    await say("Count to 5");
    await shows(status(), "9 tokens");
    await page.reload();
    await shows(lastReply(), "1, 2, 3, 4, 5");
    await shows(page.getByRole("article", { name: "You" }), "Count to 5");
  });

  test("goes on with a reply after a reload in its middle", async () => {
    await say("Count to 60");
    await expect.poll(() => lastReply().textContent()).toContain("5, 6");
    await page.reload();
    await shows(lastReply(), Array.from({ length: 60 }, (_, index) => index + 1).join(", "));
  });

  test("keeps what has arrived when a reply is stopped", async () => {
    await say("Count to 1000");
    await expect.poll(() => lastReply().textContent()).toContain("5, 6");
    await page.keyboard.press("Escape");
    await expect.poll(() => status().textContent()).toMatch(/^Stopped/);
    const kept = (await lastReply().textContent()) ?? "";
    expect(kept).toMatch(/^1, 2, 3/);
    await page.reload();
    await shows(lastReply(), kept);
  });

  test("shows markup in a reply as text", async () => {
    const markup = '<img src=x onerror="console.error(1)"><script>console.error(2)</script>';
    await say(`repeat after me: ${markup}`);
    await shows(lastReply(), markup);
    expect(await page.getByRole("log").locator("img, script").count()).toBe(0);
  });

  test("offers the engine's models, its default chosen", async () => {
    const model = page.getByLabel("Model");
    await expect.poll(() => model.inputValue()).toBe("llama3.1:8b");
    expect(await model.locator("option").count()).toBe(3);
  });

  test("says in words that another agent starts another conversation", async () => {
    await say("Count to 2");
    await shows(status(), "3 tokens");
    const { hash } = new URL(page.url());
    await page.getByLabel("Agent").selectOption("reviewer");
    await shows(page.locator("#agent-note"), "Your next message starts another conversation, with Reviewer.");
    await say("Count to 3");
    await shows(lastReply(), "1, 2, 3");
    expect(new URL(page.url()).hash).not.toBe(hash);
    expect(await page.getByRole("article").count()).toBe(2);
  });

  test("goes back to the conversation before", async () => {
    await say("Count to 2");
    await shows(lastReply(), "1, 2");
    await page.getByRole("button", { name: "New chat" }).click();
    await say("Count to 3");
    await shows(lastReply(), "1, 2, 3");
    await page.getByRole("link", { name: "Count to 2" }).first().click();
    await shows(lastReply(), "1, 2");
    await page.goBack();
    await shows(lastReply(), "1, 2, 3");
  });

  test("asks before it deletes a conversation", async () => {
    await say("Count to 4");
    const entry = page.getByRole("link", { name: "Count to 4" });
    await shows(entry, "Count to 4");
    const bin = page.getByRole("button", { name: "Delete Count to 4" });
    await bin.click();
    await page.getByRole("button", { name: "Keep" }).click();
    expect(await entry.count()).toBe(1);
    await bin.click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect.poll(() => entry.count()).toBe(0);
    await expect.poll(() => page.getByRole("article").count()).toBe(0);
  });

  test("keeps the cursor in the message, where Shift+Enter breaks the line", async () => {
    await expect.poll(() => focused()).toBe("Message");
    await page.keyboard.type("repeat after me: one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    await page.keyboard.press("Enter");
    await shows(lastReply(), "one\ntwo");
    expect(await focused()).toBe("Message");
    expect(await page.getByLabel("Message", { exact: true }).inputValue()).toBe("");
  });

  test("has the list in a drawer where it is narrow", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const newChat = page.getByRole("button", { name: "New chat" });
    expect(await newChat.isVisible()).toBe(false);
    const opener = page.getByRole("button", { name: "Conversations" });
    await opener.click();
    await newChat.waitFor({ state: "visible" });
    await page.keyboard.press("Escape");
    await newChat.waitFor({ state: "hidden" });
    expect(await focused()).toBe("Conversations");
  });

  async function openPage(viewport: { width: number; height: number }): Promise<Page> {
    const context = await browser.newContext({ viewport });
    const opened = await context.newPage();
    opened.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    opened.on("pageerror", (error) => complaints.push(error.message));
    return opened;
  }

  async function say(text: string): Promise<void> {
    const field = page.getByLabel("Message", { exact: true });
    await field.fill(text);
    await expect.poll(() => page.getByRole("button", { name: "Send" }).isEnabled()).toBe(true);
    await field.press("Enter");
  }

  function lastReply(): Locator {
    return page.getByRole("article", { name: "Reply" }).last();
  }

  function status(): Locator {
    return page.getByRole("status");
  }

  /** The label of what has the focus. */
  async function focused(): Promise<string | null> {
    return await page.evaluate("document.activeElement?.getAttribute('aria-label')");
  }

  async function shows(locator: Locator, text: string): Promise<void> {
    await expect.poll(() => locator.textContent(), { timeout: 10_000 }).toBe(text);
  }
});
