import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../src/contract/hmi-schemas.ts";
import { isAlive, PATIENTLY } from "../support/cli.ts";
import { messagesOf } from "../support/hmi.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, openChatPage, shows } from "./page.ts";
import { endService, type Supervised, startSupervised } from "./supervised.ts";

if (CHROMIUM === undefined) test("services that go down and come back", ({ skip }) => skip(NO_CHROMIUM));

/** What the browser itself says of calls to an HMI that is not there. */
const HMI_IS_DOWN =
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)$/;

/** How often the page was answered which models there are. */
const MODELS_ASKED =
  "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/api/models')).length";

describe.runIf(CHROMIUM !== undefined)("services that go down and come back", () => {
  let running: Supervised;
  let chat: ChatPage;
  /** The complaints that a test must cause. */
  let expected: RegExp | undefined;

  beforeAll(async () => {
    running = await startSupervised({ env: { STACK_ENGINE_TOKEN_DELAY_MS: "10" } });
  });
  afterAll(() => running?.close());
  beforeEach(async () => {
    expected = undefined;
    chat = await openChatPage(running.browser, `${running.stack.hmi}/new`);
    await chat.say("Count to 2");
    await shows(chat.status, "3 tokens");
    // With its opening, and after a good reply, it asks which models there are: while the services are still up.
    await expect.poll(() => chat.page.evaluate(MODELS_ASKED), PATIENTLY).toBeGreaterThanOrEqual(2);
    await chat.page.evaluate("window.isSamePage = true");
  });
  afterEach(async () => {
    const isSamePage = await chat.page.evaluate("window.isSamePage");
    await chat.close();
    // What a failed test left down.
    if (!Object.values(running.stack.pids()).every(isAlive)) await running.stack.up();
    expect(isSamePage).toBe(true);
    expect(chat.complaints.filter((text) => !expected?.test(text))).toEqual([]);
  });

  test("the engine: what is wrong and what to do is said, and Retry gets the reply once it is back", async () => {
    await endService(running.stack, "engine", "SIGTERM");
    await chat.say("Count to 3");
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toBe("Failed");
    await expect
      .poll(() => chat.lastReply.textContent(), PATIENTLY)
      .toMatch(/engine.* does not answer.*stack up/i);
    await retry();
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toBe("Failed");

    await running.stack.up();
    await retry();
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toMatch(/1, 2, 3$/);
    await expectMessages(["Count to 2", "1, 2", "Count to 3", /1, 2, 3$/]);
  });

  test("the HMI: the message is kept, and Retry sends it once", async () => {
    expected = HMI_IS_DOWN;
    await endService(running.stack, "hmi", "SIGTERM");
    await chat.say("Count to 3");
    await expect.poll(alertText, PATIENTLY).toMatch(/The HMI does not answer\..*stack up/);
    expect(await chat.message.inputValue()).toBe("Count to 3");

    await running.stack.up();
    await expect.poll(alertText, PATIENTLY).toMatch(/^The message was not sent\..*now it does\./);
    expect(await chat.message.inputValue()).toBe("Count to 3");
    await retry();
    await shows(chat.lastReply, "1, 2, 3");
    await expectMessages(["Count to 2", "1, 2", "Count to 3", "1, 2, 3"]);
    expect(await chat.message.inputValue()).toBe("");
    await expect.poll(() => chat.page.getByRole("alert").count(), PATIENTLY).toBe(0);
  });

  test("the HMI, killed in mid-reply: the reply goes on to its end, without a reload", async () => {
    expected = HMI_IS_DOWN;
    await chat.say("Count to 150");
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("5, 6");
    await endService(running.stack, "hmi", "SIGKILL");
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^Connection lost, trying again/);
    await running.stack.up();
    await shows(chat.status, "299 tokens");
    await expectMessages(["Count to 2", "1, 2", "Count to 150", /^1, 2, 3, .* 149, 150$/]);
  });

  test("the gateway, killed in mid-reply: the reply is marked, its text kept, and Retry gets a whole one", async () => {
    await chat.say("Count to 50");
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("5, 6");
    await endService(running.stack, "gateway", "SIGKILL");
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^Failed/);
    const reply = chat.lastReply.locator(".content");
    const kept = (await reply.textContent()) ?? "";
    expect(kept).toMatch(/^1, 2, 3, 4, 5, 6/);
    await expect.poll(alertText, PATIENTLY).toMatch(/The gateway does not answer.*stack up/);
    expect((await rows()).at(-1)).toMatchObject({ status: "error", content: kept });

    await running.stack.up();
    await retry();
    await shows(chat.status, "99 tokens");
    await expectMessages(["Count to 2", "1, 2", "Count to 50", /^1, 2, 3, .* 49, 50$/]);
  });

  async function retry(): Promise<void> {
    await chat.page.getByRole("button", { name: "Retry" }).press("Enter");
    expect(await chat.focused(), "the focus outlives the button").toBe("Message");
  }

  async function alertText(): Promise<string> {
    return (await chat.page.getByRole("alert").allTextContents()).join("\n");
  }

  async function rows(): Promise<Message[]> {
    return await messagesOf(running.stack.hmi, chat.path().split("/").at(-1) ?? "");
  }

  /** These are the messages of the conversation, each once, on disk and on the page. */
  async function expectMessages(wanted: readonly (string | RegExp)[]): Promise<void> {
    const stored = (await rows()).map(({ content }) => content);
    expect(stored).toEqual(
      wanted.map((text) => (typeof text === "string" ? text : expect.stringMatching(text))),
    );
    const shown = chat.page.getByRole("article").locator(".said, .content");
    expect((await shown.allTextContents()).map(words)).toEqual(stored.map(words));
  }
});

/** A text without its spaces, which Markdown puts where it likes. */
function words(text: string): string {
  return text.replace(/\s+/g, "");
}
