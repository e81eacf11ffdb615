import type { BrowserContextOptions } from "playwright-core";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import { PATIENTLY } from "../support/cli.ts";
import { createSession, messagesOf, say as sayTo } from "../support/hmi.ts";
import { CHROMIUM, launchChromium, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, chatPageOf, openChatPage, shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("writing in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("what is written", () => {
  const running = useStackInBrowser();

  test("belongs to its conversation, and outlives a reload", async () => {
    const sessionId = await createSession(running.stack.hmi, null);
    await sayTo(running.stack.hmi, "Count to 2", { session_id: sessionId });
    await using chat = await open("/new");
    await chat.message.fill("for a new one");
    await chat.page.getByRole("link", { name: "Count to 2" }).click();
    await shows(chat.lastReply.locator(".content"), "1, 2");
    expect(await chat.message.inputValue()).toBe("");
    await chat.message.fill("for this one");
    await chat.page.reload();
    await shows(chat.lastReply.locator(".content"), "1, 2");
    await expect.poll(() => chat.message.inputValue(), PATIENTLY).toBe("for this one");
    await chat.page.getByRole("link", { name: "New chat" }).click();
    await expect.poll(() => chat.message.inputValue(), PATIENTLY).toBe("for a new one");
    await chat.page.goBack();
    await expect.poll(() => chat.message.inputValue(), PATIENTLY).toBe("for this one");
    await chat.message.press("Enter");
    // Whether its message was taken or not before it was left: the page goes on with it.
    await chat.page.reload();
    await expect.poll(() => chat.lastReply.locator(".content").textContent(), PATIENTLY).not.toBe("1, 2");
    expect(await chat.page.getByText("for this one", { exact: true }).count()).toBe(1);
    expect(await chat.message.inputValue()).toBe("");
  });

  test("breaks its line at Enter on a touch screen, where the button sends", async () => {
    await using chat = await open("/new", { hasTouch: true, isMobile: true });
    await chat.message.fill("Count");
    await chat.message.press("Enter");
    await chat.message.pressSequentially("to 2");
    expect(await chat.message.inputValue()).toBe("Count\nto 2");
    await chat.page.getByRole("button", { name: "Send" }).tap();
    await shows(chat.page.getByRole("article", { name: "You" }), "Count\nto 2");
  });

  test("is not sent by the Enter that ends the composing of a word in Safari", async () => {
    await using chat = await open("/new");
    await chat.message.fill("日本");
    await chat.message.dispatchEvent("keydown", {
      key: "Enter",
      keyCode: 229,
      bubbles: true,
      cancelable: true,
    });
    expect(await chat.page.getByRole("article").count()).toBe(0);
    await chat.message.press("Enter");
    await shows(chat.page.getByRole("article", { name: "You" }), "日本");
  });

  test("is counted where it is too long, and stays", async () => {
    await using chat = await open("/new");
    await chat.message.fill("a".repeat(LIMITS.messageChars + 3));
    const note = chat.page.getByText(/^Too long by/);
    await shows(note, "Too long by 3 characters: a message has at most 50,000.");
    expect(await chat.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await chat.message.press("Enter");
    expect((await chat.message.inputValue()).length).toBe(LIMITS.messageChars + 3);
    expect(chat.path()).toBe("/new");
    for (let count = 0; count < 3; count += 1) await chat.message.press("Backspace");
    await expect.poll(() => note.count(), PATIENTLY).toBe(0);
    expect(await chat.page.getByRole("button", { name: "Send" }).isEnabled()).toBe(true);
  });

  test("leaves the conversation in view on a page that is enlarged four times, and has room in letters twice as large", async () => {
    const sessionId = await createSession(running.stack.hmi, null);
    await sayTo(running.stack.hmi, "Count to 60", { session_id: sessionId });
    await using chat = await open(`/c/${sessionId}`, { viewport: { width: 320, height: 256 } });
    await chat.message.fill("1\n2\n3\n4\n5\n6\n7");
    const box = async (role: "region" | "button", name: string): Promise<DOMRect> =>
      await chat.page
        .getByRole(role, { name })
        .evaluate((element) => element.getBoundingClientRect().toJSON());
    expect((await box("region", "Conversation")).height).toBeGreaterThan(48);
    expect((await box("button", "Send")).bottom).toBeLessThan(256);
    await chat.page.setViewportSize({ width: 800, height: 800 });
    await chat.message.fill("1\n2");
    await chat.page.evaluate("document.documentElement.style.fontSize = '200%'");
    expect(await chat.message.evaluate((field) => field.scrollHeight - field.clientHeight)).toBe(0);
  });

  test("grows with the letters without a key also where the browser cannot size fields by their text", async () => {
    const sizedByScript = "CSS.supports = (name) => name !== 'field-sizing';";
    await using chat = await open("/new", { viewport: { width: 500, height: 800 } }, sizedByScript);
    const cut = async () => await chat.message.evaluate((field) => field.scrollHeight - field.clientHeight);
    await chat.message.evaluate((field) => field.style.setProperty("field-sizing", "fixed"));
    await chat.message.fill("one two three four five six");
    expect(await cut()).toBe(0);
    await chat.page.evaluate("document.documentElement.style.fontSize = '200%'");
    await expect.poll(cut, PATIENTLY).toBe(0);
    await chat.page.setViewportSize({ width: 320, height: 800 });
    await expect.poll(cut, PATIENTLY).toBe(0);
  });

  test("has the width of the page, and names its choices whole, for a reader who has letters twice as large", async () => {
    const browser = await launchChromium("--blink-settings=defaultFontSize=32");
    try {
      for (const width of [1440, 390]) {
        await using chat = await openChatPage(browser, `${running.stack.hmi}/new`, { width, height: 740 });
        expect(await chat.page.evaluate("getComputedStyle(document.documentElement).fontSize")).toBe("32px");
        await chat.page.getByRole("button", { name: "Conversations" }).waitFor();
        expect((await chat.message.boundingBox())?.width).toBeGreaterThan(0.7 * width);
        const agent = chat.page.getByLabel("Agent");
        await expect.poll(() => agent.inputValue(), PATIENTLY).not.toBe("");
        expect((await agent.boundingBox())?.width).toBeGreaterThan(120);
        expect(await chat.page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        expect(chat.complaints).toEqual([]);
      }
    } finally {
      await browser.close();
    }
  });

  test.each(["an open conversation", "a new one"])(
    "is known as sent to %s where only the answer was lost: nothing says otherwise, and it is there once",
    async (place) => {
      const isNew = place === "a new one";
      await using chat = await open(isNew ? "/new" : `/c/${await createSession(running.stack.hmi, null)}`);
      await chat.message.fill("Count to 3");
      // The call reaches the HMI, and its answer nobody.
      await chat.page.route("**/api/chat/message", async (route) => {
        await route.fetch();
        await route.abort("connectionreset");
      });
      await expect
        .poll(() => chat.page.getByRole("button", { name: "Send" }).isEnabled(), PATIENTLY)
        .toBe(true);
      await chat.message.press("Enter");
      await shows(chat.lastReply.locator(".content"), "1, 2, 3");
      await expect.poll(() => chat.message.inputValue(), PATIENTLY).toBe("");
      expect(await chat.page.getByRole("alert").count()).toBe(0);
      const rows = await messagesOf(running.stack.hmi, chat.path().replace("/c/", ""));
      expect(rows.map(({ content }) => content)).toEqual(["Count to 3", "1, 2, 3"]);
    },
  );

  test.each([
    ["the HMI has taken it", true],
    ["it has reached nobody", false],
  ])("is sent once where the page is left while it is on its way: %s", async (_, isTaken) => {
    await using chat = await open(`/c/${await createSession(running.stack.hmi, null)}`);
    const held = Promise.withResolvers<void>();
    await chat.page.route(
      "**/api/chat/message",
      async (route) => {
        if (isTaken) await route.fetch();
        held.resolve();
        // Nobody answers it while the page is there.
      },
      { times: 1 },
    );
    await chat.message.fill("Count to 4");
    await chat.message.press("Enter");
    await held.promise;
    await chat.page.reload();
    await shows(chat.lastReply.locator(".content"), "1, 2, 3, 4");
    expect(await chat.message.inputValue()).toBe("");
    expect(await chat.page.getByRole("alert").count()).toBe(0);
    const rows = await messagesOf(running.stack.hmi, chat.path().replace("/c/", ""));
    expect(rows.map(({ content }) => content)).toEqual(["Count to 4", "1, 2, 3, 4"]);
    await chat.page.reload();
    await shows(chat.lastReply.locator(".content"), "1, 2, 3, 4");
    expect(await chat.page.getByRole("article", { name: "You" }).count()).toBe(1);
  });

  type OpenPage = Omit<ChatPage, "complaints" | "close"> & AsyncDisposable;

  async function open(path: string, options: BrowserContextOptions = {}, first = ""): Promise<OpenPage> {
    const context = await running.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    await context.addInitScript(first);
    const page = await context.newPage();
    await page.goto(running.stack.hmi + path);
    const chat = chatPageOf(page);
    await chat.message.waitFor();
    return { ...chat, [Symbol.asyncDispose]: () => context.close() };
  }
});
