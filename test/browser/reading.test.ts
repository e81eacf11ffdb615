import { describe, expect, test } from "vitest";
import type { EngineOptions } from "../../src/contract/gateway-schemas.ts";
import { optionsAsText } from "../../src/contract/options-as-text.ts";
import { PATIENTLY } from "../support/cli.ts";
import { createSession, say as sayTo } from "../support/hmi.ts";
import { importConversation } from "../support/import-conversation.ts";
import { CHAT_IN_LAN, CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, openChatPage, shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("reading in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("a conversation", () => {
  const running = useStackInBrowser({ tokenDelayMs: 5, http: { allowed_hosts: [CHAT_IN_LAN] } });

  test("is copied over plain http, too", async () => {
    // Browsers do not trust a name of a network over it.
    const session_id = await createSession(running.stack.hmi, null);
    const code = "def f(x):\n    if x:\n        return  x  # two  spaces";
    const reply = `A **reply**.\n\n\`\`\`python\n${code}\n\`\`\``;
    await sayTo(running.stack.hmi, directed({ stand_in_reply: reply }), { session_id });
    await using chat = await openChatPage(
      running.browser,
      `${running.stack.hmi.replace("127.0.0.1", CHAT_IN_LAN)}/c/${session_id}`,
    );
    expect(await chat.page.evaluate("[isSecureContext, 'clipboard' in navigator]")).toEqual([false, false]);
    await chat.page.getByRole("button", { name: "Copy", exact: true }).click();
    await chat.page.getByText("Copied").waitFor();
    expect(await pasted(chat)).toBe(code);
    await chat.page.getByRole("button", { name: "Copy reply" }).click();
    await chat.page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await pasted(chat)).toBe(reply);
  });

  test("keeps what is selected in a paragraph that grows", async () => {
    await using chat = await running.open();
    await chat.say("Count to 1000");
    const paragraph = chat.lastReply.locator("p");
    await expect.poll(() => paragraph.textContent(), PATIENTLY).toContain("9, 10");
    await paragraph.evaluate((element) => {
      const text = element.firstChild;
      if (text) getSelection()?.setBaseAndExtent(text, 3, text, 13);
    });
    const selected = await chat.page.evaluate<string>("getSelection().toString()");
    expect(selected).toBe("2, 3, 4, 5".slice(0, 10));
    await expect.poll(() => paragraph.textContent(), PATIENTLY).toContain("59, 60");
    expect(await chat.page.evaluate("getSelection().toString()")).toBe(selected);
    await chat.page.keyboard.press("Escape");
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^Stopped/);
    expect(await chat.page.evaluate("getSelection().toString()")).toBe(selected);
  });

  test("is printed whole, and alone", async () => {
    const session_id = await createSession(running.stack.hmi, null);
    for (let count = 0; count < 6; count += 1) {
      await sayTo(running.stack.hmi, directed({ stand_in_reply: "A line.\n\n".repeat(20) }), { session_id });
    }
    await using chat = await running.open(`/c/${session_id}`);
    await expect.poll(() => chat.page.getByRole("article").count(), PATIENTLY).toBe(12);
    const pages = (await chat.page.pdf({ format: "A4" })).toString("latin1").match(/\/Type \/Page\b/g);
    expect(pages?.length).toBeGreaterThanOrEqual(3);
    await chat.page.emulateMedia({ media: "print" });
    expect(await chat.message.isVisible()).toBe(false);
    expect(await chat.page.getByRole("navigation").isVisible()).toBe(false);
    expect(await chat.page.getByRole("button").count()).toBe(0);
  });

  test("has no markup of thoughts, wherever a model writes them", async () => {
    const session_id = await createSession(running.stack.hmi, null);
    const reply = "Two and two\n</think>\n\nFour.\n\n<think>\nSure?\n</think>\n\nYes, `<think>` is a tag.";
    await sayTo(running.stack.hmi, directed({ stand_in_reply: reply }), { session_id });
    await using chat = await running.open(`/c/${session_id}`);
    await shows(chat.lastReply.locator("p").last(), "Yes, <think> is a tag.");
    await shows(chat.lastReply.locator(".content"), "Four.Yes, <think> is a tag.");
    await chat.lastReply.locator("summary").click();
    await shows(chat.lastReply.locator(".thought"), "Two and two\n\nSure?");
  });

  test("in Arabic has its markers, bars and first columns at the right", async () => {
    const session_id = await createSession(running.stack.hmi, null);
    const reply =
      "- عنصر\n- عنصر\n\n> اقتباس\n\n| أول | ثان |\n| --- | --- |\n| قيمة | قيمة |\n\n- one\n- two";
    await sayTo(running.stack.hmi, directed({ stand_in_reply: reply }), { session_id });
    await using chat = await running.open(`/c/${session_id}`);
    await chat.lastReply.locator("table").waitFor();
    expect(
      await chat.page.evaluate(`[...document.querySelectorAll(".markdown :is(ul, blockquote)")].map((element) => {
        const { direction, paddingLeft, paddingRight } = getComputedStyle(element);
        return [element.tagName, direction, parseFloat(paddingRight) > parseFloat(paddingLeft)];
      })`),
    ).toEqual([
      ["UL", "rtl", true],
      ["BLOCKQUOTE", "rtl", true],
      ["UL", "ltr", false],
    ]);
    const [first, second] = await chat.lastReply
      .locator("th")
      .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().x));
    expect(first).toBeGreaterThan(second ?? Number.NaN);
    await chat.message.fill("مرحبا");
    expect(await chat.message.evaluate((field) => getComputedStyle(field).direction)).toBe("rtl");
  });

  test("opens without a shift of what stands there", async () => {
    const session_id = await createSession(running.stack.hmi, null);
    for (let count = 0; count < 6; count += 1) await sayTo(running.stack.hmi, "Count to 60", { session_id });
    const short = await createSession(running.stack.hmi, null);
    await sayTo(running.stack.hmi, "Count to 3", { session_id: short });
    await using chat = await running.open();
    await chat.page.addInitScript(`
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) {
          window.shifts.push([value, sources.map(({ node, previousRect: before, currentRect: after }) => [node?.outerHTML?.slice(0, 80) ?? node?.textContent, JSON.stringify(before), JSON.stringify(after)].join(" "))]);
        }
      }).observe({ type: "layout-shift", buffered: true });
    `);
    for (const path of [`/c/${session_id}`, `/c/${short}`, "/new", "/llm"]) {
      await chat.page.goto(running.stack.hmi + path);
      await chat.page.getByText("The answers are scripted").waitFor();
      await expect.poll(() => chat.page.locator(".lights .up").count(), PATIENTLY).toBe(3);
      expect(await chat.page.evaluate("window.shifts"), path).toEqual([]);
    }
  });

  test("of many messages is drawn end first, and laid out a few times, not once for each", async () => {
    const texts = Array.from({ length: 400 }, (_, index) => `Message **${index}**`);
    const session_id = await importConversation(running.stack.hmi, texts);
    await using chat = await running.open();
    await chat.message.waitFor();
    const metrics = await chat.page.context().newCDPSession(chat.page);
    await metrics.send("Performance.enable");
    const layouts = async (): Promise<number> => {
      const answer = await metrics.send("Performance.getMetrics");
      return answer.metrics.find(({ name }) => name === "LayoutCount")?.value ?? Number.NaN;
    };
    const before = await layouts();
    const drawn = await chat.page.evaluate(
      async ({ path, all }) => {
        const counts: number[] = [];
        const { promise, resolve } = Promise.withResolvers<void>();
        new MutationObserver(() => {
          const articles = document.querySelectorAll("article");
          if (articles.length > 0 && !articles[articles.length - 1]?.textContent?.includes("399")) return;
          counts.push(articles.length);
          if (articles.length === all) resolve();
        }).observe(document.body, { childList: true, subtree: true });
        history.pushState(null, "", path);
        dispatchEvent(new PopStateEvent("popstate"));
        await promise;
        return counts.filter((count) => count > 0);
      },
      { path: `/c/${session_id}`, all: texts.length },
    );
    expect(drawn[0]).toBeLessThan(100);
    expect((await layouts()) - before).toBeLessThan(60);
  });

  test("has what is pressed 44 pixels high and wide on a touch screen", async () => {
    const session_id = await createSession(running.stack.hmi, null);
    await sayTo(running.stack.hmi, directed({ stand_in_reply: "```sh\nls\n```" }), { session_id });
    const context = await running.browser.newContext({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    try {
      const page = await context.newPage();
      await page.goto(`${running.stack.hmi}/c/${session_id}`);
      await page.getByRole("button", { name: "Copy reply" }).waitFor();
      await page.getByRole("button", { name: "Conversations" }).tap();
      const small =
        await page.evaluate(`[...document.querySelectorAll("a, button:not(.skip), select, summary")]
        .map((element) => [element.getAttribute("aria-label") ?? element.textContent, element.getBoundingClientRect()])
        .filter(([, { width, height }]) => width > 1 && (width < 44 || height < 44))
        .map(([name, { width, height }]) => [name, width, height])`);
      expect(small).toEqual([]);
    } finally {
      await context.close();
    }
  });

  /** What the clipboard holds, by the one way that plain http leaves. */
  async function pasted({ message }: ChatPage): Promise<string> {
    await message.fill("");
    await message.press("ControlOrMeta+v");
    return await message.inputValue();
  }
});

/** A message with what directs the stand-in. */
function directed(directions: EngineOptions): string {
  return `Hello\n${optionsAsText(directions)}`;
}
