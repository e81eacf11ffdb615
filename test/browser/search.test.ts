import { describe, expect, test } from "vitest";
import { PATIENTLY } from "../support/cli.ts";
import { importConversation } from "../support/import-conversation.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { shows, WIDE } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("search in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("search on the page", () => {
  const running = useStackInBrowser();

  test("Ctrl+K finds a message of another conversation, and opens it with the place marked", {
    timeout: 60_000,
  }, async () => {
    const chat = await running.open();
    const { page } = chat;
    await chat.say("Say: the lighthouse is white");
    await shows(chat.lastReply.locator(".content"), "the lighthouse is white");
    const path = chat.path();
    await page.goto(`${running.stack.hmi}/new`);
    await chat.message.waitFor();
    await page.keyboard.press("Control+k");
    const field = page.getByRole("searchbox", { name: "Search conversations" });
    await field.fill("white");
    // Esc closes it, also where something is written.
    await page.keyboard.press("Escape");
    await expect.poll(() => field.count(), PATIENTLY).toBe(0);
    await page.keyboard.press("Control+k");
    await field.fill("lighth");
    await expect
      .poll(() => page.locator(".search mark").allTextContents(), PATIENTLY)
      .toContain("lighthouse");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => chat.path(), PATIENTLY).toBe(path);
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Reply");
    expect(await page.evaluate("CSS.highlights.get('found').size")).toBe(1);
    expect(chat.complaints).toEqual([]);
    await chat.close();
  });

  test("the first of many messages is brought into view, and stays there", async () => {
    const texts = Array.from({ length: 700 }, (_, index) => `Message ${index}\n\n- with\n- some\n- lines`);
    await importConversation(running.stack.hmi, ["Where is the quarry?", ...texts]);
    await using chat = await running.open();
    const { page } = chat;
    await chat.message.waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("searchbox", { name: "Search conversations" }).fill("quarry");
    await page.getByRole("button", { name: "quarry" }).click();
    const found = page.getByText("Where is the quarry?");
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("You");
    await expect.poll(() => page.getByRole("article").count(), PATIENTLY).toBe(701);
    const box = await found.boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect(box?.y).toBeLessThan(WIDE.height);
  });
});
