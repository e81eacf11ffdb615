import { describe, expect, test } from "vitest";
import { PATIENTLY } from "../support/cli.ts";
import { generationsOf } from "../support/hmi.ts";
import { GIF_FILE } from "../support/pictures.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, shows, tabTo } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("the keyboard in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("by the keyboard alone", () => {
  const running = useStackInBrowser({ tokenDelayMs: 1 });

  test("the last message is edited from an empty composer, and Esc leads back there", async () => {
    await using chat = await open();
    await chat.say("Count to 2");
    await chat.page.getByRole("button", { name: "Regenerate" }).waitFor();
    await chat.message.press("ArrowUp");
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Edit message");
    await chat.page.keyboard.press("Escape");
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Message");
    // Where something is written, it moves the cursor.
    await chat.message.fill("more");
    await chat.message.press("ArrowUp");
    expect(await chat.focused()).toBe("Message");
    await chat.message.fill("");
    await chat.message.press("ArrowUp");
    await chat.page.keyboard.press("ControlOrMeta+a");
    await chat.page.keyboard.type("Count to 3");
    await chat.page.keyboard.press("Enter");
    await shows(chat.lastReply.locator(".content"), "1, 2, 3");
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Message");
    await chat.page.getByRole("button", { name: "Regenerate" }).waitFor();
    await tabTo(chat, "Earlier version");
    await chat.page.keyboard.press("Enter");
    await shows(chat.lastReply.locator(".content"), "1, 2");
    expect(chat.complaints).toEqual([]);
  });

  test("the services' panel opens, and gives the focus back", async () => {
    await using chat = await open();
    const lights = chat.page.getByRole("button", { name: /^Services/ });
    await expect.poll(() => lights.textContent(), PATIENTLY).toContain("works");
    await tabTo(chat, (await lights.textContent()) ?? "");
    await chat.page.keyboard.press("Enter");
    await chat.page.getByText("stack trace").waitFor();
    await chat.page.keyboard.press("Escape");
    await expect.poll(() => lights.getAttribute("aria-expanded"), PATIENTLY).toBe("false");
    expect(await lights.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  test("a profile is made, with its parameters", async () => {
    await using chat = await open();
    await tabTo(chat, "New profile");
    await chat.page.keyboard.press("Enter");
    await chat.page.getByLabel("Name").waitFor();
    await expect
      .poll(() => chat.page.getByLabel("Name").evaluate((field) => field === document.activeElement))
      .toBe(true);
    await chat.page.keyboard.type("Tower");
    const temperature = chat.page.getByLabel("Temperature");
    const isThere = () => temperature.evaluate((field) => field === document.activeElement);
    for (let stops = 0; !(await isThere()) && stops < 10; stops += 1) await chat.page.keyboard.press("Tab");
    await chat.page.keyboard.type("0.5");
    await chat.page.keyboard.press("Enter");
    await expect.poll(() => chat.path(), PATIENTLY).toMatch(/^\/m\/\d+\/new$/);
    await tabTo(chat, "Edit Tower");
    await chat.page.keyboard.press("Enter");
    await expect.poll(() => temperature.inputValue(), PATIENTLY).toBe("0.5");
  });

  test("a picture is taken away again, or seen as it was sent", async () => {
    await using chat = await open();
    await chat.page.getByLabel("Model").selectOption("gemma3:4b");
    const files = chat.page.getByLabel("Files", { exact: true });
    await files.setInputFiles([GIF_FILE]);
    await chat.page.getByRole("button", { name: "Remove a.gif" }).focus();
    await chat.page.keyboard.press("Enter");
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Message");
    await files.setInputFiles([GIF_FILE]);
    await chat.page.getByRole("button", { name: "Remove a.gif" }).waitFor();
    await chat.say("What is this?");
    const small = chat.page.getByRole("button", { name: "a.gif" });
    await small.focus();
    await chat.page.keyboard.press("Enter");
    await chat.page.getByRole("dialog", { name: "a.gif" }).waitFor();
    await chat.page.keyboard.press("Escape");
    expect(await small.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(chat.complaints).toEqual([]);
  });

  test("whether the model thinks is chosen beside it, and goes with the message", async () => {
    await using chat = await open();
    const { page } = chat;
    const model = page.getByLabel("Model", { exact: true });
    const thinking = page.getByLabel("Thinking");
    await model.waitFor();
    await tabTo(chat, "Model");
    await expect
      .poll(async () => {
        await page.keyboard.press("ArrowDown");
        return await model.inputValue();
      }, PATIENTLY)
      .toBe("qwen3:8b");
    await thinking.waitFor();
    await page.keyboard.press("Tab");
    expect(await chat.focused()).toBe("Thinking");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => thinking.inputValue(), PATIENTLY).toBe("true");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => thinking.inputValue(), PATIENTLY).toBe("false");
    await chat.say("Count to 3");
    await shows(chat.lastReply.locator(".content"), "1, 2, 3");
    expect((await generationsOf(running.stack.engine)).at(-1)?.think).toBe(false);
    // A model that cannot think has no such choice.
    await tabTo(chat, "Model");
    await page.keyboard.press("Home");
    await expect.poll(() => thinking.count(), PATIENTLY).toBe(0);
    expect(chat.complaints).toEqual([]);
  });

  async function open(): Promise<ChatPage> {
    const chat = await running.open();
    await chat.message.waitFor();
    return chat;
  }
});
