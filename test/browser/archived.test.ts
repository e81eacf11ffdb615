import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { ask } from "../support/ask.ts";
import { PATIENTLY } from "../support/cli.ts";
import { archiveSession, createProfile, createSession } from "../support/hmi.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, PHONE, shows, tabTo } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("archived conversations in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)(
  "conversations that are not in the list, by the keyboard alone",
  () => {
    const running = useStackInBrowser();

    test("an archived one is opened as that, and a message brings it back", async () => {
      const session_id = await archived("Lighthouse");
      await using chat = await open();
      await openArchived(chat);
      await tabTo(chat, "Lighthouse");
      await chat.page.keyboard.press("Enter");
      await expect.poll(() => chat.path(), PATIENTLY).toBe(`/c/${session_id}`);
      const note = chat.page.getByText(/^This conversation is archived/);
      await note.waitFor();
      expect(await dialog(chat).count()).toBe(0);
      await chat.say("Count to 2");
      await shows(chat.lastReply.locator(".content"), "1, 2");
      await expect.poll(() => note.count(), PATIENTLY).toBe(0);
      await listed(chat, "Lighthouse").waitFor();
      expect(chat.complaints).toEqual([]);
    });

    test("an archived one is brought back from the list of them, and from where it is open", async () => {
      await archived("Older");
      const newer = await archived("Newer");
      const last = await archived("Last");
      await using chat = await open(`/c/${last}`);
      await tabTo(chat, "Restore");
      await chat.page.keyboard.press("Enter");
      await listed(chat, "Last").waitFor();
      await expect.poll(() => chat.focused(), PATIENTLY).toBe("Message");
      await openArchived(chat);
      await tabTo(chat, "Restore Newer");
      await chat.page.keyboard.press("Enter");
      // The next one has its place, and after the last there is only to close.
      await expect.poll(() => chat.focused(), PATIENTLY).toBe("Restore Older");
      await shows(dialog(chat).getByRole("status"), "“Newer” is back in the list.");
      await chat.page.keyboard.press("Enter");
      await expect.poll(() => chat.focused(), PATIENTLY).toBe("Close");
      await chat.page.keyboard.press("Enter");
      await expect.poll(() => chat.focused(), PATIENTLY).toBe("Archived");
      for (const title of ["Older", "Newer"]) await listed(chat, title).waitFor();
      await chat.page.goto(`${running.stack.hmi}/c/${newer}`);
      await chat.message.waitFor();
      expect(await chat.page.getByText(/^This conversation is archived/).count()).toBe(0);
      expect(chat.complaints).toEqual([]);
    });

    test("an archived one keeps its profile, which says so, and leads to it", async () => {
      const model_id = await createProfile(running.stack.hmi, { name: "Tower" });
      const session_id = await archived("Kept", model_id);
      await using chat = await open(`/m/${model_id}/new`);
      await tabTo(chat, "Edit Tower");
      await chat.page.keyboard.press("Enter");
      for (const title of ["Edit profile", "Delete this profile?"]) {
        await chat.page.getByRole("heading", { name: title }).waitFor();
        await tabTo(chat, "Delete");
        await chat.page.keyboard.press("Enter");
      }
      const keeping = chat.page.getByRole("list", { name: "Its conversations" });
      await expect.poll(() => keeping.textContent(), PATIENTLY).toBe("Keptarchived");
      await tabTo(chat, "Keptarchived");
      await chat.page.keyboard.press("Enter");
      await expect.poll(() => chat.path(), PATIENTLY).toBe(`/m/${model_id}/c/${session_id}`);
      await chat.page.getByText(/^This conversation is archived/).waitFor();
    });

    test("an older one is shown where it is asked for, and has the focus", async () => {
      const model_id = await createProfile(running.stack.hmi, { name: "Many" });
      await Promise.all(Array.from({ length: 51 }, () => createSession(running.stack.hmi, model_id)));
      await using chat = await open(`/m/${model_id}/new`);
      const links = chat.page.locator(".conversations a");
      await expect.poll(() => links.count(), PATIENTLY).toBe(50);
      await chat.page.getByRole("button", { name: "Show older" }).focus();
      await chat.page.keyboard.press("Enter");
      await expect.poll(() => links.count(), PATIENTLY).toBe(51);
      const isFocused = () => links.nth(50).evaluate((link) => link === document.activeElement);
      await expect.poll(isFocused, PATIENTLY).toBe(true);
      expect(await chat.page.getByRole("button", { name: "Show older" }).count()).toBe(0);
    });

    test("an archived one that is opened from the drawer is seen", async () => {
      await archived("Narrow");
      await using chat = await open();
      await chat.page.setViewportSize(PHONE);
      for (const name of ["Conversations", "Archived"]) {
        await chat.page.getByRole("button", { name, exact: true }).focus();
        await chat.page.keyboard.press("Enter");
      }
      await dialog(chat).getByRole("link", { name: "Narrow" }).click();
      await chat.page.getByText(/^This conversation is archived/).waitFor();
      await expect.poll(() => listed(chat, "New chat").isVisible(), PATIENTLY).toBe(false);
    });

    /** Makes a conversation, and archives it. */
    async function archived(title: string, model_id: number | null = null): Promise<string> {
      const session_id = await createSession(running.stack.hmi, model_id);
      await ask("PUT", `${running.stack.hmi}${hmiRoutes.renameSession.path({ session_id })}`, { title });
      await archiveSession(running.stack.hmi, session_id);
      return session_id;
    }

    async function open(path = "/new"): Promise<ChatPage> {
      const chat = await running.open(path);
      await chat.message.waitFor();
      return chat;
    }

    async function openArchived(chat: ChatPage): Promise<void> {
      await tabTo(chat, "Archived");
      await chat.page.keyboard.press("Enter");
      await dialog(chat).getByRole("list", { name: "Archived" }).getByRole("link").first().waitFor();
    }

    function dialog(chat: ChatPage): Locator {
      return chat.page.getByRole("dialog", { name: "Archived conversations" });
    }

    function listed(chat: ChatPage, title: string): Locator {
      return chat.page.getByRole("navigation").getByRole("link", { name: title });
    }
  },
);
