import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The shell first: the same engine without the windows around it, in half of the time. */
const PLACES = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** The Chromium of this machine: `CHROMIUM` names it, else it is where distributions put it. */
export const CHROMIUM = [process.env["CHROMIUM"], ...PLACES].find(
  (path) => path !== undefined && path !== "" && existsSync(path),
);

/** Why browser tests are skipped, and how to get them run. */
export const NO_CHROMIUM =
  "No Chromium was found. Install one (Debian: apt-get install chromium-headless-shell), or set CHROMIUM to its path.";

/** Names that lead to this machine in the browser of the tests: of the HMI in a network, and of somebody else's site. */
export const CHAT_IN_LAN = "chat.lan";
export const EVIL_SITE = "evil.test";

let running: Promise<Browser> | undefined;

/**
 * The Chromium of this worker: one for all the files that it runs, ended with it. Whoever opens contexts in it closes them,
 * or has `closeContexts` do it.
 */
export async function sharedChromium(): Promise<Browser> {
  const browser = await running?.catch(() => undefined);
  if (browser?.isConnected()) return browser;
  running = launchChromium();
  return await running;
}

/** A Chromium that is started with more than the shared one; whoever starts it closes it. */
export async function launchChromium(...more: string[]): Promise<Browser> {
  // Chromium refuses to sandbox itself for root, and containers give it little shared memory.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const names = [CHAT_IN_LAN, EVIL_SITE].map((name) => `MAP ${name} 127.0.0.1`).join(",");
  return await chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    args: [...sandbox, `--host-resolver-rules=${names}`, "--disable-dev-shm-usage", "--disable-gpu", ...more],
  });
}

/** Closes what the tests of a file have left open. */
export async function closeContexts(browser: Browser | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
}
