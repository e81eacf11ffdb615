import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import {
  type InProcessStackOptions,
  type RunningStack,
  startInProcessStack,
} from "../../src/services/in-process-stack.ts";
import { closeContexts, sharedChromium } from "./chromium.ts";
import { type ChatPage, openChatPage } from "./page.ts";

/** A stack in this process, and a browser to look at it: there while the tests run. */
export interface StackInBrowser {
  readonly stack: RunningStack;
  readonly browser: Browser;
  /** Opens a path of its page in a new browser context. */
  open(path?: string): Promise<ChatPage>;
}

/** The stack is started before the tests of a `describe`; it is closed after them, and all that is open in the browser. */
export function useStackInBrowser(options?: InProcessStackOptions): StackInBrowser {
  let stack: RunningStack;
  let browser: Browser;
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startInProcessStack(options), sharedChromium()]);
  });
  afterAll(async () => {
    await Promise.all([closeContexts(browser), stack?.close()]);
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
