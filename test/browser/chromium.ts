import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The Chromium of this machine: `CHROMIUM` names it, else it is where distributions put it. */
export const CHROMIUM = [process.env["CHROMIUM"], ...PLACES].find(
  (path) => path !== undefined && path !== "" && existsSync(path),
);

/** Why browser tests are skipped, and how to get them run. */
export const NO_CHROMIUM =
  "No Chromium was found. Install one (Debian: apt-get install chromium), or set CHROMIUM to its path.";

/** `mapped`: names that lead to this machine in that browser alone. */
export async function launchChromium(mapped: readonly string[] = []): Promise<Browser> {
  // Chromium refuses to sandbox itself for root, and containers give it little shared memory.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const rules = mapped.map((name) => `MAP ${name} 127.0.0.1`).join(",");
  const names = rules === "" ? [] : [`--host-resolver-rules=${rules}`];
  return await chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    args: [...sandbox, ...names, "--disable-dev-shm-usage", "--disable-gpu"],
  });
}
