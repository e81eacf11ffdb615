import type { Browser } from "playwright-core";
import { expect } from "vitest";
import { clearStack, isAlive, PATIENTLY, prepareStack, type TestStack } from "../support/cli.ts";
import { say } from "../support/hmi.ts";
import { closeContexts, sharedChromium } from "./chromium.ts";

/** The processes of `stack up --detach`, and a browser to look at them. */
export interface Supervised {
  readonly stack: TestStack;
  readonly browser: Browser;
  /** Closes what is open in the browser, and takes the stack down: fails where something of it is left. */
  close(): Promise<void>;
}

export interface SupervisedOptions {
  /** Settings, as environment variables. */
  readonly env?: Record<string, string>;
  /** Called with the path of the database before anything has started. */
  readonly seed?: (database: string) => Promise<void>;
}

export async function startSupervised({ env, seed }: SupervisedOptions = {}): Promise<Supervised> {
  const stack = await prepareStack(env);
  try {
    await seed?.(stack.database);
    const [browser] = await Promise.all([sharedChromium(), stack.up()]);
    // The stand-in's first reply opens with what it is; the tests want the plain ones.
    await say(stack.hmi, "Good morning");
    return {
      stack,
      browser,
      async close() {
        await closeContexts(browser);
        await clearStack(stack);
      },
    };
  } catch (error) {
    await clearStack(stack);
    throw error;
  }
}

/** Ends one service of a stack, and waits until it is gone. `stack.up()` brings it back. */
export async function endService(
  stack: TestStack,
  name: keyof ReturnType<TestStack["pids"]>,
  signal: "SIGTERM" | "SIGKILL",
): Promise<void> {
  const pid = stack.pids()[name];
  if (pid === undefined || !isAlive(pid)) throw new Error(`There is no ${name} to end.`);
  process.kill(pid, signal);
  await expect.poll(() => isAlive(pid), PATIENTLY).toBe(false);
}
