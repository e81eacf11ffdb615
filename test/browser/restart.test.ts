import { describe, expect, test } from "vitest";
import { optionsAsText } from "../../src/contract/options-as-text.ts";
import { PATIENTLY } from "../support/cli.ts";
import { messagesOf } from "../support/hmi.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("an HMI that is restarted", ({ skip }) => skip(NO_CHROMIUM));

describe.runIf(CHROMIUM !== undefined)("an HMI that is restarted", () => {
  const running = useStackInBrowser({ stream: { drain_ms: 60_000 } });

  test("takes no message while it drains: the page says so, and sends it again, once", async () => {
    await using busy = await running.open();
    await busy.say(`Count to 100000\n${optionsAsText({ stand_in_token_ms: 5 })}`);
    await expect.poll(() => busy.lastReply.textContent(), PATIENTLY).toContain("1, 2");
    await using chat = await running.open();
    const hmi = running.stack.services.get("hmi");
    const drained = hmi?.drainAndClose();
    await chat.say("Count to 3");
    await expect
      .poll(() => chat.status.textContent(), PATIENTLY)
      .toMatch(/is being restarted: sending again/);
    await busy.page.keyboard.press("Escape");
    await drained;
    await hmi?.startAgain();
    await shows(chat.lastReply.locator(".content"), "1, 2, 3");
    const rows = await messagesOf(running.stack.hmi, chat.path().split("/").at(-1) ?? "");
    expect(rows.map(({ content }) => content)).toEqual(["Count to 3", "1, 2, 3"]);
    expect(await chat.message.inputValue()).toBe("");
  });
});
