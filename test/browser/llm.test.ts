import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, PHONE, shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("the chat page in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("the chat page", () => {
  const running = useStackInBrowser({ tokenDelayMs: 10 });
  let chat: ChatPage;

  beforeEach(async () => {
    chat = await running.open();
  });
  afterEach(async () => {
    await chat.close();
    expect(chat.complaints).toEqual([]);
  });

  test("answers a message", async () => {
    await chat.say("Count to 5");
    await shows(chat.lastReply, "1, 2, 3, 4, 5");
    await shows(chat.status, "9 tokens");
  });

  test("shows the conversation again after a reload", async () => {
    await chat.say("Count to 5");
    await shows(chat.status, "9 tokens");
    await chat.page.reload();
    await shows(chat.lastReply, "1, 2, 3, 4, 5");
    await shows(chat.page.getByRole("article", { name: "You" }), "Count to 5");
  });

  test("goes on with a reply after a reload in its middle", async () => {
    await chat.say("Count to 60");
    await expect.poll(() => chat.lastReply.textContent()).toContain("5, 6");
    await chat.page.reload();
    await shows(chat.lastReply, Array.from({ length: 60 }, (_, index) => index + 1).join(", "));
  });

  test("keeps what has arrived when a reply is stopped", async () => {
    await chat.say("Count to 1000");
    await expect.poll(() => chat.lastReply.textContent()).toContain("5, 6");
    await chat.page.keyboard.press("Escape");
    await expect.poll(() => chat.status.textContent()).toMatch(/^Stopped/);
    const kept = (await chat.lastReply.textContent()) ?? "";
    expect(kept).toMatch(/^1, 2, 3/);
    await chat.page.reload();
    await shows(chat.lastReply, kept);
  });

  test("shows markup in a reply as text", async () => {
    const markup = '<img src=x onerror="console.error(1)"><script>console.error(2)</script>';
    await chat.say(`repeat after me: ${markup}`);
    await shows(chat.lastReply, markup);
    expect(await chat.page.getByRole("log").locator("img, script").count()).toBe(0);
  });

  test("offers the engine's models, its default chosen", async () => {
    const model = chat.page.getByLabel("Model");
    await expect.poll(() => model.inputValue()).toBe("llama3.1:8b");
    expect(await model.locator("option").count()).toBe(5);
  });

  test("says in words that another agent starts another conversation", async () => {
    await chat.say("Count to 2");
    await shows(chat.status, "3 tokens");
    const path = chat.path();
    await chat.page.getByLabel("Agent").selectOption("reviewer");
    await shows(
      chat.page.locator("#message-note"),
      "Your next message starts another conversation, with Reviewer.",
    );
    await chat.say("Count to 3");
    await shows(chat.lastReply, "1, 2, 3");
    expect(chat.path()).not.toBe(path);
    expect(await chat.page.getByRole("article").count()).toBe(2);
  });

  test("goes back to the conversation before", async () => {
    await chat.say("Count to 2");
    await shows(chat.lastReply, "1, 2");
    await chat.page.getByRole("link", { name: "New chat" }).click();
    await chat.say("Count to 3");
    await shows(chat.lastReply, "1, 2, 3");
    await chat.page.getByRole("link", { name: "Count to 2" }).first().click();
    await shows(chat.lastReply, "1, 2");
    await chat.page.goBack();
    await shows(chat.lastReply, "1, 2, 3");
  });

  test("asks before it deletes a conversation", async () => {
    await chat.say("Count to 4");
    const entry = chat.page.getByRole("link", { name: "Count to 4" });
    await shows(entry, "Count to 4");
    const ask = async (): Promise<void> => {
      await chat.page.getByRole("button", { name: "More for Count to 4" }).click();
      await chat.page.getByRole("button", { name: "Delete", exact: true }).click();
    };
    await ask();
    await chat.page.getByRole("button", { name: "Keep" }).click();
    expect(await entry.count()).toBe(1);
    await ask();
    await chat.page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await expect.poll(() => entry.count()).toBe(0);
    await expect.poll(() => chat.page.getByRole("article").count()).toBe(0);
  });

  test("keeps the cursor in the message, where Shift+Enter breaks the line", async () => {
    await expect.poll(() => chat.focused()).toBe("Message");
    await chat.page.keyboard.type("repeat after me: one");
    await chat.page.keyboard.press("Shift+Enter");
    await chat.page.keyboard.type("two");
    await chat.page.keyboard.press("Enter");
    await shows(chat.lastReply, "one\ntwo");
    expect(await chat.focused()).toBe("Message");
    expect(await chat.message.inputValue()).toBe("");
  });

  test("has the list in a drawer where it is narrow", async () => {
    await chat.page.setViewportSize(PHONE);
    const newChat = chat.page.getByRole("link", { name: "New chat" });
    expect(await newChat.isVisible()).toBe(false);
    const opener = chat.page.getByRole("button", { name: "Conversations" });
    await opener.click();
    await newChat.waitFor({ state: "visible" });
    await chat.page.keyboard.press("Escape");
    await newChat.waitFor({ state: "hidden" });
    expect(await chat.focused()).toBe("Conversations");
  });
});
