import { readFile } from "node:fs/promises";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChatExport } from "../../src/contract/chat-export.ts";
import { type RunningStack, startInProcessStack } from "../../src/services/in-process-stack.ts";
import { PATIENTLY } from "../support/cli.ts";
import { MESSAGE } from "../support/exported-conversations.ts";
import { CHROMIUM, closeContexts, NO_CHROMIUM, sharedChromium } from "./chromium.ts";
import { openChatPage } from "./page.ts";

if (CHROMIUM === undefined) test("export and import in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("export and import on the page", () => {
  let from: RunningStack;
  let to: RunningStack;
  let browser: Browser;
  beforeAll(async () => {
    [from, to, browser] = await Promise.all([startInProcessStack(), startInProcessStack(), sharedChromium()]);
  });
  afterAll(async () => {
    await Promise.all([closeContexts(browser), from?.close(), to?.close()]);
  });

  test("all conversations are saved as a file, and brought in elsewhere by keyboard; what is refused is told", {
    timeout: 90_000,
  }, async () => {
    const old = await openChatPage(browser, `${from.hmi}/new`);
    await old.say("Say: <img src=x onerror=alert(1)>");
    await holds(old.lastReply.locator(".content"), "<img");
    await old.page.getByRole("button", { name: "Export and import" }).click();
    const download = old.page.waitForEvent("download");
    await old.page.getByRole("link", { name: "Export everything" }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toMatch(/^chat-export-\d{4}-\d\d-\d\d\.json$/);
    const file: ChatExport = JSON.parse(await readFile(await saved.path(), "utf8"));
    expect(old.complaints).toEqual([]);
    await old.close();

    const [conversation] = file.conversations;
    if (conversation === undefined) throw new Error("The export has no conversation.");
    const faulty = {
      ...conversation,
      key: "faulty",
      title: "Faulty",
      messages: [{ ...MESSAGE, parent_id: "nowhere" }],
    };
    const buffer = Buffer.from(JSON.stringify({ ...file, conversations: [conversation, faulty] }));

    const chat = await openChatPage(browser, `${to.hmi}/new`);
    const { page } = chat;
    await chat.message.waitFor();
    await page.getByRole("button", { name: "Export and import" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Export and import" });
    await dialog.waitFor();
    const chooser = page.waitForEvent("filechooser");
    await dialog.getByRole("button", { name: "Import a file…" }).focus();
    await page.keyboard.press("Enter");
    const chosen = await chooser;
    await chosen.setFiles([{ name: "old.json", mimeType: "application/json", buffer }]);
    const told = dialog.getByRole("status");
    await holds(told, "old.json: One conversation imported. Refused: one conversation.");
    await holds(
      dialog.getByRole("region", { name: "Refused" }),
      "“Faulty” (conversations.1): messages.0.parent_id",
    );
    // The same again adds nothing; another file is told what it should be.
    await chosen.setFiles([{ name: "old.json", mimeType: "application/json", buffer }]);
    await holds(told, "Nothing new was imported. One conversation is here already.");
    await chosen.setFiles([
      { name: "notes.json", mimeType: "application/json", buffer: Buffer.from("# ComposerWarnings") },
    ]);
    await holds(dialog.getByRole("alert"), "notes.json: This file cannot be imported: it is no JSON");
    await page.keyboard.press("Escape");
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Export and import");
    // What looks like markup is text, here as there.
    await page.getByRole("link", { name: "Say: <img src=x onerror=alert(1)>", exact: true }).click();
    await holds(chat.lastReply.locator(".content"), "<img");
    expect(chat.complaints.filter((text) => !text.includes("400"))).toEqual([]);
    await chat.close();
  });
});

/** Waits until this is in the text of an element. */
async function holds(locator: Locator, text: string): Promise<void> {
  await expect.poll(() => locator.textContent(), PATIENTLY).toContain(text);
}
