import { readFile } from "node:fs/promises";
import type { Locator } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import {
  type InProcessStackOptions,
  type RunningStack,
  startInProcessStack,
} from "../../src/services/in-process-stack.ts";
import { startStandIn } from "../../src/services/stand-in-engine/start-stand-in.ts";
import { createProfile, createSession, say as sayTo } from "../support/hmi.ts";
import { freePorts } from "../support/ports.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, chatPageOf, openChatPage, shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("the pages in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("the pages", () => {
  const running = useStackInBrowser({ tokenDelayMs: 5 });
  let chat: ChatPage;

  afterEach(async () => {
    await chat.close();
    // Answers that a test asks for are no reason to complain.
    expect(chat.complaints.filter((text) => !text.startsWith("Failed to load resource"))).toEqual([]);
  });

  describe("the address", () => {
    test("follows the first message, without a reload", async () => {
      await open("/new");
      await chat.page.evaluate("window.isSamePage = true");
      await chat.say("Count to 2");
      await expect.poll(() => chat.path()).toMatch(/^\/c\/\d+$/);
      await shows(chat.status, "3 tokens");
      expect(await chat.page.evaluate("window.isSamePage")).toBe(true);
    });

    test("leads back and forward", async () => {
      const first = await conversation("Count to 2");
      await conversation("Count to 3");
      await open(`/c/${first}`);
      await shows(chat.lastReply, "1, 2");
      await link("Count to 3").click();
      await shows(chat.lastReply, "1, 2, 3");
      await chat.page.goBack();
      await shows(chat.lastReply, "1, 2");
      expect(chat.path()).toBe(`/c/${first}`);
      await chat.page.goForward();
      await shows(chat.lastReply, "1, 2, 3");
    });

    test("of a conversation can be opened in another tab", async () => {
      await conversation("Count to 4");
      await open("/new");
      const opened = chat.page.context().waitForEvent("page");
      await link("Count to 4").click({ modifiers: ["ControlOrMeta"] });
      await shows(chatPageOf(await opened).lastReply, "1, 2, 3, 4");
      expect(chat.path()).toBe("/new");
    });

    test("names the profile of its conversation", async () => {
      const modelId = await createProfile(running.stack.hmi, { name: "Payments" });
      const sessionId = await createSession(running.stack.hmi, modelId);
      await open(`/c/${sessionId}`);
      await expect.poll(() => chat.path()).toBe(`/m/${modelId}/c/${sessionId}`);
    });

    test.each(["/c/4711", "/m/4711/new", "/m/x/new"])(
      "%s says what is not there, and leads back",
      async (path) => {
        await open(path);
        const missing = chat.page.getByRole("region", { name: "Not found" });
        await expect
          .poll(() => missing.textContent())
          .toContain(path.startsWith("/c") ? "4711" : path.split("/")[2]);
        await missing.getByRole("link", { name: "Start a new chat" }).click();
        await chat.message.waitFor();
        expect(chat.path()).toBe("/new");
      },
    );
  });

  describe("a profile", () => {
    test("is made, and its first message is its own", async () => {
      await open("/new");
      await chat.page.getByRole("button", { name: "New profile" }).click();
      await chat.page.getByLabel("Name").fill("Research");
      await chat.page.getByText("Other settings").click();
      await chat.page.getByLabel("Settings").fill('{"options": {"num_predict": 3}}');
      await button("Save").click();
      await expect.poll(() => chat.path()).toMatch(/^\/m\/\d+\/new$/);
      const newPath = chat.path();
      await chat.say("Count to 100");
      await shows(chat.status, "3 tokens");
      expect(chat.path()).toMatch(new RegExp(`^${newPath.replace("new", "c")}/\\d+$`));
      await shows(chat.page.getByRole("main").getByRole("link"), "Research");
    });

    test("with settings that are no JSON is not saved, and why is said", async () => {
      await open("/new");
      await chat.page.getByRole("button", { name: "New profile" }).click();
      await chat.page.getByLabel("Name").fill("Broken");
      await chat.page.getByText("Other settings").click();
      await chat.page.getByLabel("Settings").fill("{");
      await button("Save").click();
      await expect.poll(() => chat.page.getByRole("alert").textContent()).toMatch(/^This is not JSON/);
    });

    test("is changed where it is, and not deleted while it is in use", async () => {
      const modelId = await createProfile(running.stack.hmi, { name: "Old" });
      await createSession(running.stack.hmi, modelId);
      await open(`/m/${modelId}/new`);
      await button("Edit Old").click();
      await chat.page.getByLabel("Name").fill("Renewed");
      await button("Save").click();
      await button("Edit Renewed").click();
      await button("Delete").click();
      await chat.page.getByRole("heading", { name: "Delete this profile?" }).waitFor();
      await button("Delete").click();
      await expect.poll(() => chat.page.getByRole("alert").textContent()).toContain("Renewed");
      await button("Keep").click();
      await expect.poll(() => chat.focused()).toBe("Edit Renewed");
    });

    test("lists its own conversations", async () => {
      const modelId = await createProfile(running.stack.hmi, { name: "Lists" });
      await conversation("Count to 6");
      await conversation("Count to 7", modelId);
      await open(`/m/${modelId}/new`);
      await link("Count to 7").waitFor();
      expect(await link("Count to 6").count()).toBe(0);
      await link("General").click();
      await link("Count to 6").waitFor();
      expect(await link("Count to 7").count()).toBe(0);
    });
  });

  describe("a conversation", () => {
    test("is renamed by Enter, and left as it is by Esc", async () => {
      await conversation("Count to 8");
      await open("/new");
      await menuOf("Count to 8", "Rename");
      await chat.page.getByLabel("Title").fill("Never");
      await chat.page.keyboard.press("Escape");
      await expect.poll(() => chat.focused()).toBe("More for Count to 8");
      await menuOf("Count to 8", "Rename");
      await chat.page.getByLabel("Title").fill("Eight");
      await chat.page.keyboard.press("Enter");
      await link("Eight").waitFor();
      expect(await link("Never").count()).toBe(0);
    });

    test("is archived, and brought back", async () => {
      await conversation("Count to 9");
      await open("/new");
      await menuOf("Count to 9", "Archive");
      await link("Count to 9").waitFor({ state: "detached" });
      await button("Undo").click();
      await link("Count to 9").waitFor();
    });

    test("is saved as a file", async () => {
      await conversation("Count to 11");
      await open("/new");
      const download = chat.page.waitForEvent("download");
      await chat.page.getByRole("button", { name: "More for Count to 11" }).click();
      await link("Export as JSON").click();
      const file = await download;
      expect(file.suggestedFilename()).toMatch(/^conversation-\d+\.json$/);
      expect(JSON.parse(await readFile(await file.path(), "utf8"))).toHaveProperty("messages");
    });

    test("that goes on in another tab goes on here", async () => {
      const sessionId = await conversation("Count to 12");
      await open(`/c/${sessionId}`);
      const tab = chatPageOf(await chat.page.context().newPage());
      await tab.page.goto(`${running.stack.hmi}/c/${sessionId}`);
      await tab.say("Count to 3");
      await shows(chat.lastReply, "1, 2, 3");
    });
  });

  describe("a reply", () => {
    test("is asked for again, in place of the first", async () => {
      await open("/new");
      await chat.say("Count to 3");
      await shows(chat.status, "5 tokens");
      await chat.page.getByLabel("Model").selectOption("phi3:mini");
      await button("Regenerate").click();
      await shows(chat.lastReply, "1, 2, 3");
      await button("Regenerate").waitFor();
      expect(await chat.page.getByRole("article").count()).toBe(2);
    });

    test("is copied as it was written", async () => {
      await open("/new");
      await chat.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await chat.say("repeat after me: *one*");
      await button("Copy reply").click();
      await button("Copied").waitFor();
      expect(await chat.page.evaluate("navigator.clipboard.readText()")).toBe("*one*");
    });

    test("says how much of the model's context is in use", async () => {
      await open("/new");
      await chat.say("Count to 3");
      await chat.page.getByRole("button", { name: /^Context/ }).click();
      await expect.poll(() => chat.page.getByText("free").isVisible()).toBe(true);
    });
  });

  test("the keyboard starts a new chat, and tells what else it can do", async () => {
    await open(`/c/${await conversation("Count to 13")}`);
    await shows(chat.status, "25 tokens");
    await chat.page.keyboard.press("Control+Shift+O");
    await expect.poll(() => chat.path()).toBe("/new");
    await chat.page.keyboard.press("Control+/");
    const dialog = chat.page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect.poll(() => dialog.textContent()).toContain("Ctrl+Shift+O");
    await chat.page.keyboard.press("Escape");
    await expect.poll(() => chat.focused()).toBe("Message");
  });

  test("an engine that is down is named, and what was missing comes with it", async () => {
    const [port = 0] = await freePorts(1);
    await withStack({ engineUrl: `http://127.0.0.1:${port}` }, async ({ hmi }) => {
      chat = await openChatPage(running.browser, `${hmi}/new`);
      const note = chat.page.getByRole("alert");
      await expect.poll(() => note.textContent()).toContain("The engine does not answer");
      await chat.say("Count to 3");
      await button("Retry").waitFor();
      const back = await startStandIn({ port });
      try {
        const model = chat.page.getByLabel("Model");
        await expect.poll(() => model.inputValue()).toBe("llama3.1:8b");
        await button("Retry").click();
        await shows(chat.lastReply, "1, 2, 3");
        expect(await chat.page.getByRole("article").count()).toBe(2);
      } finally {
        await back.close();
      }
    });
  });

  describe("a token", () => {
    test("is asked for, and kept until the tab is closed", async () => {
      await withStack({ auth: { token: "sesame" } }, async ({ hmi }) => {
        chat = await openChatPage(running.browser, `${hmi}/new`);
        const field = chat.page.getByLabel("Token");
        await field.fill("wrong");
        // No call was made only to be refused.
        expect(chat.complaints).toEqual([]);
        await field.press("Enter");
        await expect.poll(() => chat.page.getByRole("alert").textContent()).toContain("not the token");
        await field.fill("sesame");
        await field.press("Enter");
        await chat.say("Count to 3");
        await shows(chat.lastReply, "1, 2, 3");
        await chat.page.reload();
        await shows(chat.lastReply, "1, 2, 3");
      });
    });

    test("in the address is taken once, and goes with a download", async () => {
      await withStack({ auth: { token: "sesame" } }, async ({ hmi }) => {
        chat = await openChatPage(running.browser, `${hmi}/new#token=sesame`);
        await chat.say("Count to 3");
        await shows(chat.status, "5 tokens");
        expect(chat.page.url()).not.toContain("sesame");
        const download = chat.page.waitForEvent("download");
        await chat.page.getByRole("button", { name: "Conversation menu" }).click();
        await link("Export as Markdown").click();
        expect(await readFile(await (await download).path(), "utf8")).toContain("1, 2, 3");
      });
    });
  });

  async function open(path: string): Promise<void> {
    chat = await running.open(path);
  }

  /** Makes a conversation with one exchange, which is its title. */
  async function conversation(text: string, modelId: number | null = null): Promise<string> {
    const session_id = await createSession(running.stack.hmi, modelId);
    await sayTo(running.stack.hmi, text, { session_id });
    return session_id;
  }

  function button(name: string): Locator {
    return chat.page.getByRole("button", { name, exact: true });
  }

  function link(name: string): Locator {
    return chat.page.getByRole("link", { name, exact: true });
  }

  /** Chooses something of the menu of a listed conversation. */
  async function menuOf(title: string, item: string): Promise<void> {
    await button(`More for ${title}`).click();
    await button(item).click();
  }

  async function withStack(
    options: InProcessStackOptions,
    use: (stack: RunningStack) => Promise<void>,
  ): Promise<void> {
    const other = await startInProcessStack(options);
    try {
      await use(other);
      // First: a page that still loads complains of a server that is gone.
      await chat.close();
    } finally {
      await other.close();
    }
  }
});
