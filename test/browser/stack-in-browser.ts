import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { type RunningStack, type StackOptions, startStack } from "../../src/services/start.ts";
import { launchChromium } from "./chromium.ts";
import { type ChatPage, openChatPage } from "./page.ts";

/** A stack in this process, and a browser to look at it: there while the tests run. */
export interface StackInBrowser {
  readonly stack: RunningStack;
  readonly browser: Browser;
  /** Opens a path of its page in a new browser context. */
  open(path?: string): Promise<ChatPage>;
}

/** Starts both before the tests of a `describe`, and closes them after. `mapped`: see `launchChromium`. */
export function useStackInBrowser(options?: StackOptions, mapped?: readonly string[]): StackInBrowser {
  let stack: RunningStack;
  let browser: Browser;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(options), launchChromium(mapped)]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), stack?.close()]);
  });
  return {
    get stack() {
      return stack;
    },
    get browser() {
      return browser;
    },
    open: (path = "/new") => openChatPage(browser, stack.hmi + path),
  };
}
