import type { BrowserContext, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { EngineOptions } from "../../src/contract/gateway-schemas.ts";
import { optionsAsText } from "../../src/contract/options-as-text.ts";
import { PATIENTLY } from "../support/cli.ts";
import { generationsOf } from "../support/hmi.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { chatPageOf, shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("replies in a browser", ({ skip }) => skip(NO_CHROMIUM));

/** A message with what directs the stand-in. */
const directed = (text: string, directions: EngineOptions): string => `${text}\n${optionsAsText(directions)}`;

describe.runIf(CHROMIUM !== undefined)("a reply on the page", () => {
  const running = useStackInBrowser({ tokenDelayMs: 5 });

  test("has its thoughts folded above it, also after a reload", async () => {
    await using chat = await running.open();
    await chat.page.getByLabel("Model").selectOption("qwen3:8b");
    await chat.say(directed("Count to 3", { stand_in_thought: "Three numbers, then." }));
    const thoughts = chat.lastReply.locator("details.thoughts");
    await shows(chat.lastReply.locator(".content"), "1, 2, 3");
    await shows(thoughts.locator("summary"), "Thought for less than a second");
    expect(await thoughts.getByText("Three numbers, then.").isVisible()).toBe(false);
    await chat.page.reload();
    await thoughts.locator("summary").click();
    await shows(thoughts.locator(".thought"), "Three numbers, then.");
    await shows(chat.lastReply.locator(".content"), "1, 2, 3");
    expect(chat.complaints).toEqual([]);
  });

  test("that is stopped among its thoughts says for how long it thought, also after a reload", async () => {
    await using chat = await running.open();
    await chat.page.getByLabel("Model").selectOption("qwen3:8b");
    const thought = "Let me think about that once more. ".repeat(200);
    await chat.say(directed("Count to 3", { stand_in_thought: thought, stand_in_token_ms: 20 }));
    const title = chat.lastReply.locator("details.thoughts > summary");
    await expect.poll(() => title.textContent(), PATIENTLY).toBe("Thinking 1 s");
    await chat.page.getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => title.textContent(), PATIENTLY).toMatch(/^Thought for [12] s$/);
    await chat.page.reload();
    await expect.poll(() => title.textContent(), PATIENTLY).toMatch(/^Thought for [12] s$/);
  });

  test("is thought about as chosen beside the model, where the model can", async () => {
    await using chat = await running.open();
    const thinking = chat.page.getByLabel("Thinking");
    await chat.page.getByLabel("Model").selectOption("llama3.1:8b");
    expect(await thinking.count()).toBe(0);
    await chat.page.getByLabel("Model").selectOption("qwen3:8b");
    for (const [label, think] of [
      ["Thinking: off", false],
      ["Thinking: on", true],
      ["Thinking: as set", null],
    ] as const) {
      await thinking.selectOption(label);
      await chat.say("Count to 3");
      await shows(chat.lastReply.locator(".content"), "1, 2, 3");
      await expect
        .poll(async () => (await generationsOf(running.stack.engine)).at(-1)?.think, PATIENTLY)
        .toBe(think);
    }
    expect(chat.complaints).toEqual([]);
  });

  test("is waited for with a clock and what goes on, and says how fast it was", async () => {
    await using chat = await running.open();
    await chat.say(directed("Count to 3", { stand_in_load_ms: 2500 }));
    await expect
      .poll(() => chat.status.textContent(), PATIENTLY)
      .toMatch(/^(Loading|Waiting for) the model$/);
    await expect.poll(() => chat.page.locator(".after .clock").textContent(), PATIENTLY).toMatch(/^[12] s$/);
    await shows(chat.lastReply.locator(".content"), "1, 2, 3");
    const speed = chat.page.locator(".speed");
    await expect
      .poll(() => speed.textContent(), PATIENTLY)
      .toMatch(/^[\d.,]+ tokens\/s · first after [\d.]+ s$/);
    expect(await chat.page.locator(".clock").count()).toBe(0);
    await chat.page.reload();
    await expect.poll(() => speed.textContent(), PATIENTLY).toMatch(/ tokens\/s · first after /);
  });

  test("that repeats itself is told, with Stop beside it", async () => {
    await using chat = await running.open();
    await chat.say(directed("Say the same again. ", { stand_in_repeat: true, stand_in_token_ms: 1 }));
    const notice = chat.lastReply.getByRole("status");
    await expect.poll(() => notice.textContent(), PATIENTLY).toContain("again");
    await notice.getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^Stopped/);
    await chat.page.reload();
    await expect.poll(() => notice.textContent(), PATIENTLY).toContain("again");
    expect(await notice.getByRole("button").count()).toBe(0);
    expect(chat.complaints).toEqual([]);
  });

  test("without any text is a failure that says why", async () => {
    await using chat = await running.open();
    await chat.say(directed("Hello", { stand_in_reply: "" }));
    await expect
      .poll(() => chat.lastReply.locator(".trouble").textContent(), PATIENTLY)
      .toMatch(/no text|nothing/i);
    await shows(chat.lastReply.getByRole("button"), "Retry");
  });

  test("is followed by a second page, which hears at once that it was asked for", async () => {
    await using first = await running.open();
    await first.say("Count to 2");
    await shows(first.lastReply, "1, 2");
    await using second = await running.open(first.path());
    await shows(second.lastReply, "1, 2");
    await first.say("Count to 4");
    await shows(second.page.getByRole("article", { name: "You" }).last(), "Count to 4");
    await shows(second.lastReply, "1, 2, 3, 4");
  });

  test("runs in more windows of one browser than it has connections: each goes on, stops at once, and the next one opens", {
    timeout: 60_000,
  }, async () => {
    const context = await running.browser.newContext();
    try {
      const chats: ReturnType<typeof chatPageOf>[] = [];
      for (let count = 0; count < 6; count += 1) {
        const chat = await tabOf(context, running.stack.hmi);
        await chat.say(directed("Count to 1000", { stand_in_token_ms: 50 }));
        await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("1, 2");
        chats.push(chat);
      }
      const next = await tabOf(context, running.stack.hmi);
      await next.say("Count to 3");
      await shows(next.lastReply, "1, 2, 3");
      await Promise.all(
        chats.map(async (chat) => {
          const length = await lengthOf(chat);
          await expect.poll(() => lengthOf(chat), PATIENTLY).toBeGreaterThan(length);
        }),
      );
      // Those that nobody sees give up their connections.
      await Promise.all(chats.map(({ page }) => setHidden(page, true)));
      const locks = `navigator.locks.query().then(({ held }) => held.filter(({ name }) => name.startsWith("reply-stream")).length)`;
      await expect.poll(() => next.page.evaluate(locks), PATIENTLY).toBe(0);
      await Promise.all(
        chats.map(async ({ page, status }) => {
          await setHidden(page, false);
          await page.keyboard.press("Escape");
          await expect.poll(() => status.textContent(), PATIENTLY).toMatch(/^Stopped/);
        }),
      );
    } finally {
      await context.close();
    }
  });
});

async function lengthOf({ lastReply }: ReturnType<typeof chatPageOf>): Promise<number> {
  return (await lastReply.textContent())?.length ?? 0;
}

async function tabOf(context: BrowserContext, hmi: string): Promise<ReturnType<typeof chatPageOf>> {
  const page = await context.newPage();
  await page.goto(`${hmi}/new`);
  return chatPageOf(page);
}

/** A browser without a screen hides no tab: the page is told what it would be told by one that does. */
async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}
