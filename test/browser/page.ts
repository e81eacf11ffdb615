import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** The chat page in a browser of its own, and what a person sees and does there. */
export interface ChatPage {
  readonly page: Page;
  /** What the console has complained of, what the Content-Security-Policy stopped included. */
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
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  return { ...chatPageOf(page), complaints, close: () => context.close() };
}

/** The same for a page that is open already, such as another tab. */
export function chatPageOf(page: Page): Omit<ChatPage, "complaints" | "close"> {
  const message = page.getByLabel("Message", { exact: true });
  return {
    page,
    message,
    lastReply: page.getByRole("article", { name: "Reply" }).last(),
    status: page.getByRole("status"),
    path: () => new URL(page.url()).pathname,
    async say(text) {
      await message.fill(text);
      await expect.poll(() => page.getByRole("button", { name: "Send" }).isEnabled()).toBe(true);
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
  await expect.poll(() => locator.textContent(), { timeout: 10_000 }).toBe(text);
}
