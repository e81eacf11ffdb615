import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { PATIENTLY } from "../support/cli.ts";

/** The chat page in a browser of its own, and what a person sees and does there. */
export interface ChatPage extends AsyncDisposable {
  readonly page: Page;
  /**
   * What no tab should do: complain in the console (also of what the Content-Security-Policy stopped), throw,
   * open a dialog, ask somebody else than its HMI, or fail to reach that one.
   */
  readonly complaints: readonly string[];
  /** Where a message is written. */
  readonly message: Locator;
  readonly lastReply: Locator;
  /** The line that tells where the conversation stands. */
  readonly status: Locator;
  /** Sends a message. */
  say(text: string): Promise<void>;
  /** The path of its address. */
  path(): string;
  /** The name of what has the focus, by its label or its text. */
  focused(): Promise<string | null>;
  /** Closes it, with all its tabs. */
  close(): Promise<void>;
}

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

/** Opens a URL in a new browser context. */
export async function openChatPage(browser: Browser, url: string, viewport = WIDE): Promise<ChatPage> {
  const context = await browser.newContext({ viewport });
  const complaints = complaintsOf(context, new URL(url).origin);
  const page = await context.newPage();
  await page.goto(url);
  const close = (): Promise<void> => context.close();
  return { ...chatPageOf(page), complaints, close, [Symbol.asyncDispose]: close };
}

/** Grows as long as the context is open. */
function complaintsOf(context: BrowserContext, origin: string): readonly string[] {
  const complaints: string[] = [];
  context.on("console", (message) => {
    const isComplaint = message.type() === "error" || message.type() === "warning";
    if (isComplaint && !isLookingForEvents(message.location().url, message.text())) {
      complaints.push(message.text());
    }
  });
  context.on("weberror", (thrown) => complaints.push(thrown.error().message));
  context.on("dialog", (dialog) => {
    complaints.push(`A dialog was opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("request", (request) => {
    // A download with a token is made by the page itself.
    const isOwn = request.url().startsWith(`${origin}/`) || request.url().startsWith(`blob:${origin}/`);
    if (!isOwn) complaints.push(`Somebody else was asked: ${request.url()}`);
  });
  context.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // A page that is left or reloaded lets go of its streams.
    if (reason === "net::ERR_ABORTED" || isLookingForEvents(request.url(), reason)) return;
    complaints.push(`${request.method()} ${request.url()}: ${reason}`);
  });
  return complaints;
}

/** The page goes on looking for the events of an HMI that has been stopped: what else should it do. */
function isLookingForEvents(url: string, reason: string): boolean {
  return url.endsWith(hmiRoutes.events.path()) && reason.includes("ERR_CONNECTION_REFUSED");
}

/** The same for a page that is open already, such as another tab. */
export function chatPageOf(page: Page): Omit<ChatPage, "complaints" | "close" | typeof Symbol.asyncDispose> {
  const message = page.getByLabel("Message", { exact: true });
  return {
    page,
    message,
    lastReply: page.getByRole("article", { name: "Reply" }).last(),
    status: page.locator("output"),
    path: () => new URL(page.url()).pathname,
    async say(text) {
      await message.fill(text);
      await expect.poll(() => page.getByRole("button", { name: "Send" }).isEnabled(), PATIENTLY).toBe(true);
      await message.press("Enter");
    },
    focused: () =>
      page.evaluate(
        "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent",
      ),
  };
}

/** Waits until the text of an element is this one. */
export async function shows(locator: Locator, text: string): Promise<void> {
  await expect.poll(() => locator.textContent(), PATIENTLY).toBe(text);
}

/**
 * Writes down the text of the conversation whenever it changes, and whether the page stays the same one: all
 * is lost with a reload. The function that it resolves to gives what was written down.
 */
export async function recordLog(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(`
    const log = document.querySelector('[role="log"]');
    window.recorded = [];
    new MutationObserver(() => window.recorded.push(log.isConnected ? log.textContent : "")).observe(
      document.body,
      { childList: true, subtree: true, characterData: true },
    );
  `);
  return async () => await page.evaluate<readonly string[]>("window.recorded");
}

/** Presses Tab until the focus is on what has this name. */
export async function tabTo(chat: Pick<ChatPage, "page" | "focused">, name: string): Promise<void> {
  const passed: (string | null)[] = [];
  while (passed.at(-1) !== name) {
    if (passed.length === MOST_STOPS) throw new Error(`Tab leads to ${passed.join(", ")}, not to ${name}.`);
    await chat.page.keyboard.press("Tab");
    passed.push(await chat.focused());
  }
}

/** More than there are on a page of these tests. */
const MOST_STOPS = 60;
