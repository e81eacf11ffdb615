import type { CDPSession, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { optionsAsText } from "../../src/contract/options-as-text.ts";
import { createSession, say as sayTo } from "../support/hmi.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("memory of the page in a browser", ({ skip }) => skip(NO_CHROMIUM));

/** A reply of about 13,000 characters: prose, lists, and code that is coloured. */
const LONG_REPLY = Array.from({ length: 20 }, (_, index) => section(index)).join("\n\n");

/** Replies of a conversation that is visited again and again: what is kept of each visit shows with few, too. */
const REPLIES = 4;

describe.runIf(CHROMIUM !== undefined)("the memory of the page", () => {
  const running = useStackInBrowser();

  test("stays as it is over 200 switches between conversations", { timeout: 180_000 }, async () => {
    const ids = [await conversation("first"), await conversation("second")];
    const chat = await running.open(`/c/${ids[0]}`);
    try {
      const memory = await memoryOf(chat.page);
      await chat.page.getByText("Say first").last().waitFor();
      await visit(chat.page, ids, 20);
      const before = await memory();
      await visit(chat.page, ids, 200);
      const after = await memory();
      expect(after.heap / before.heap).toBeLessThan(1.1);
      expect(after.nodes / before.nodes).toBeLessThan(1.1);
    } finally {
      await chat.close();
    }
  });

  test("after streaming is at most 1.5 times that of a reload", { timeout: 180_000 }, async () => {
    const chat = await running.open();
    try {
      const memory = await memoryOf(chat.page);
      for (let count = 1; count <= 2; count += 1) {
        await chat.say(directed(`Long ${count}`));
        await expect
          .poll(
            () =>
              chat.page.getByRole("article", { name: "Reply" }).getByText("The end of section 19").count(),
            POLL,
          )
          .toBe(count);
        await chat.page.getByRole("button", { name: "Send" }).waitFor();
      }
      const streamed = await memory();
      await chat.page.reload();
      await expect
        .poll(
          () => chat.page.getByRole("article", { name: "Reply" }).getByText("The end of section 19").count(),
          POLL,
        )
        .toBe(2);
      const reloaded = await memory();
      expect(streamed.heap / reloaded.heap).toBeLessThan(1.5);
    } finally {
      await chat.close();
    }
  });

  async function conversation(name: string): Promise<string> {
    const session_id = await createSession(running.stack.hmi, null);
    for (let count = 1; count <= REPLIES; count += 1) {
      await sayTo(running.stack.hmi, count === REPLIES ? `Say ${name}` : `Show me Markdown ${count}`, {
        session_id,
      });
    }
    return session_id;
  }

  /** Goes from one to the other as a link does, waiting each time until it is shown; in the page, which is quicker by half. */
  async function visit(
    page: Page,
    [first = "", second = ""]: readonly string[],
    times: number,
  ): Promise<void> {
    const way = { places: [`/c/${first}`, `/c/${second}`], words: ["first", "second"], times };
    await page.evaluate(async ({ places, words, times }) => {
      const lastWords = () => [...document.querySelectorAll('[aria-label="You"]')].at(-1)?.textContent ?? "";
      for (let count = 1; count <= times; count += 1) {
        history.pushState(null, "", places[count % 2]);
        dispatchEvent(new PopStateEvent("popstate"));
        while (!lastWords().includes(words[count % 2] ?? "")) await new Promise(requestAnimationFrame);
      }
    }, way);
  }
});

const POLL = { timeout: 60_000 };

function directed(text: string): string {
  return `${text}\n${optionsAsText({ stand_in_reply: LONG_REPLY, stand_in_token_ms: 1 })}`;
}

function section(index: number): string {
  return [
    `## Section ${index}`,
    `${"Words of a sentence that goes on, with *some* of it in **bold**. ".repeat(6)}`,
    "- one\n- two\n- three",
    `\`\`\`ts\nconst value${index} = compute("${index}");\nexport function call${index}() { return value${index}; }\n\`\`\``,
    `The end of section ${index}.`,
  ].join("\n\n");
}

/** The bytes of the page's JavaScript and the number of its DOM nodes, after all that is garbage has gone. */
async function memoryOf(page: Page): Promise<() => Promise<{ heap: number; nodes: number }>> {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  return async () => {
    for (let count = 0; count < 3; count += 1) await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
    return { heap: of("JSHeapUsedSize"), nodes: of("Nodes") };
  };
}
