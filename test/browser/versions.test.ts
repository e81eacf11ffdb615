import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { PATIENTLY } from "../support/cli.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, shows, tabTo } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("versions in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("versions on the page", () => {
  const running = useStackInBrowser({ tokenDelayMs: 1 });

  /** What is said in the conversation, oldest first. */
  const said = (chat: ChatPage): Promise<string[]> =>
    chat.page.locator(".message :is(.said, .content)").allTextContents();
  const showsAll = async (chat: ChatPage, texts: readonly string[]): Promise<void> => {
    await expect.poll(() => said(chat), PATIENTLY).toEqual(texts);
    await expect.poll(() => chat.page.getByRole("button", { name: "Send" }).count(), PATIENTLY).toBe(1);
  };
  const pager = (chat: ChatPage, words: string): Locator => chat.page.getByRole("group", { name: words });

  test("a reply made again is paged through, also after a reload, by the keyboard too", async () => {
    await using chat = await running.open();
    await chat.say("Count to 2");
    await showsAll(chat, ["Count to 2", "1, 2"]);
    expect(await chat.page.getByRole("group", { name: /Version/ }).count()).toBe(0);
    await chat.page.getByRole("button", { name: "Regenerate" }).click();
    await pager(chat, "Version 2 of 2").waitFor();
    await tabTo(chat, "Earlier version");
    await chat.page.keyboard.press("Enter");
    await pager(chat, "Version 1 of 2").waitFor();
    // The focus stays where it was, and screen readers hear which one it is.
    expect(await chat.focused()).toBe("Earlier version");
    await expect
      .poll(() => chat.page.locator(".announcements").textContent(), PATIENTLY)
      .toContain("Version 1 of 2");
    await chat.page.reload();
    await pager(chat, "Version 1 of 2").waitFor();
    await showsAll(chat, ["Count to 2", "1, 2"]);
    expect(chat.complaints).toEqual([]);
  });

  test("an edited message is answered in its place, and the way that was left is a press away", async () => {
    await using chat = await running.open();
    await chat.say("Count to 2");
    await showsAll(chat, ["Count to 2", "1, 2"]);
    await chat.say("Count to 4");
    const before = ["Count to 2", "1, 2", "Count to 4", "1, 2, 3, 4"];
    await showsAll(chat, before);
    const first = chat.page.getByRole("article", { name: "You" }).first();
    await first.hover();
    await first.getByRole("button", { name: "Edit message" }).click();
    const field = first.getByRole("textbox", { name: "Edit message" });
    expect(await field.inputValue()).toBe("Count to 2");
    // Esc leaves it as it was.
    await field.fill("Count to 5");
    await field.press("Escape");
    await showsAll(chat, before);
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Edit message");
    await chat.page.keyboard.press("Enter");
    await field.fill("Count to 3");
    await field.press("Enter");
    await showsAll(chat, ["Count to 3", "1, 2, 3"]);
    await pager(chat, "Version 2 of 2").getByRole("button", { name: "Earlier version" }).click();
    await showsAll(chat, before);
    await pager(chat, "Version 1 of 2").getByRole("button", { name: "Later version" }).click();
    await showsAll(chat, ["Count to 3", "1, 2, 3"]);
    expect(chat.complaints).toEqual([]);
  });

  test("a reply that cannot be made again leaves the good one, and says why", async () => {
    await using chat = await running.open();
    await chat.say('Say: good\nstand_in_options: {"stand_in_reply":"good"}');
    await shows(chat.lastReply.locator(".content"), "good");
    await chat.page.route("**/regenerate", (route) =>
      route.continue({ postData: JSON.stringify({ model: "no-such-model" }) }),
    );
    await chat.page.getByRole("button", { name: "Regenerate" }).click();
    await expect.poll(() => chat.page.locator(".foot").textContent(), PATIENTLY).toContain("no-such-model");
    await shows(chat.lastReply.locator(".content"), "good");
    expect(await chat.page.getByRole("group", { name: /Version/ }).count()).toBe(0);
  });

  test("another page follows which version is shown", async () => {
    await using chat = await running.open();
    await chat.say("Count to 2");
    await showsAll(chat, ["Count to 2", "1, 2"]);
    await using other = await running.open(chat.path());
    await showsAll(other, ["Count to 2", "1, 2"]);
    await chat.page.getByRole("button", { name: "Regenerate" }).click();
    await pager(other, "Version 2 of 2").waitFor();
    await pager(chat, "Version 2 of 2").getByRole("button", { name: "Earlier version" }).click();
    await pager(other, "Version 1 of 2").waitFor();
  });
});
