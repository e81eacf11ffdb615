import { describe, expect, test } from "vitest";
import { optionsAsText } from "../../src/contract/options-as-text.ts";
import { PATIENTLY } from "../support/cli.ts";
import { createSession, say as sayTo } from "../support/hmi.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("formulas in a browser", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("formulas", () => {
  const running = useStackInBrowser();

  /** The page of a conversation with this reply, and the scripts that it has loaded. */
  async function openReply(reply: string) {
    const session_id = await createSession(running.stack.hmi, null);
    await sayTo(running.stack.hmi, `Hello\n${optionsAsText({ stand_in_reply: reply })}`, { session_id });
    const chat = await running.open(`/c/${session_id}`);
    await chat.lastReply.locator("p").last().waitFor();
    const scripts = () =>
      chat.page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => name)");
    return { ...chat, scripts };
  }

  test("are drawn by a script that is loaded when there is one, and lead nowhere", async () => {
    await using chat = await openReply(
      "Inline \\(x^2\\).\n\n\\[ \\frac{1}{2} \\]\n\n\\(\\href{https://a.example}{y}\\) \\(\\badcommand\\)",
    );
    const drawn = chat.lastReply.locator("math");
    await expect.poll(() => drawn.count(), PATIENTLY).toBeGreaterThanOrEqual(2);
    expect(await drawn.first().locator("msup").count()).toBe(1);
    expect(await drawn.nth(1).evaluate((math) => getComputedStyle(math).display)).toBe("block math");
    expect((await chat.lastReply.locator("mfrac").boundingBox())?.height).toBeGreaterThan(20);
    expect(await chat.lastReply.locator("a, [href], [style]").count()).toBe(0);
    expect(chat.complaints).toEqual([]);
  });

  test("cost a conversation without any nothing", async () => {
    await using chat = await openReply("It costs $5, at a\\[0 and \\(half.");
    await shows(chat.lastReply.locator("p"), "It costs $5, at a\\[0 and \\(half.");
    expect((await chat.scripts()).filter((name) => name.includes("formulas"))).toEqual([]);
  });
});
