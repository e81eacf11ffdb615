/**
 * Records what the page of a running Open WebUI exchanges with its back end, in Debian's Chromium, into
 * fixtures/recorded/open-webui/page.har: as the developer tools' "Save all as HAR with content" has it, with the frames of
 * its WebSocket. A person opens the page, sends a message, waits for the reply, sends another, stops it, and reloads.
 * Pictures, styles and scripts are left out; tokens are masked. scripts/real/open-webui.ts says how to have one.
 *
 *     node scripts/real/record-open-webui-page.ts [URL] [MODEL]
 *
 * URL is http://127.0.0.1:8080 where it is left out. The page hands tools to the model, so that it has to know some.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import { recordHar } from "./chromium-har.ts";
import { REAL_MODELS } from "./ollama-models.ts";
import { recordedFolder, withoutTokens } from "./record-answers.ts";

const [url = "http://127.0.0.1:8080", model = REAL_MODELS.tools] = process.argv.slice(2);
const PATIENCE_MS = 120_000;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium" });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  // Chats and their models, not what the page is drawn with.
  const endRecording = await recordHar(
    page,
    (address) =>
      /\/(api|ws|ollama|openai)\//.test(new URL(address).pathname) &&
      !/image|static|favicon|changelog/.test(address),
  );
  await page.goto(`${url}/?models=${encodeURIComponent(model)}`);
  await dismissNews(page);
  await say(page, "Say hello in three words");
  await waitForReply(page);
  await say(page, "Tell me a long story about the sea");
  await page.getByRole("button", { name: "Stop" }).click();
  await sleep(2_000);
  await page.reload();
  await page.locator("#chat-input").waitFor();
  await sleep(3_000);
  const har = withoutTokens(JSON.stringify(await endRecording(), null, 1));
  writeFileSync(join(recordedFolder("open-webui"), "page.har"), `${har}\n`);
  console.log(`page.har: ${har.length} characters`);
} finally {
  await browser.close();
}

async function say(page: Page, text: string): Promise<void> {
  const input = page.locator("#chat-input");
  await input.click();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

/** The page tells what is new in its version, once. */
async function dismissNews(page: Page): Promise<void> {
  await page.locator("#chat-input").waitFor();
  await sleep(2_000);
  await page.keyboard.press("Escape");
  await sleep(500);
}

/** The regenerate button stands under a whole reply alone. */
async function waitForReply(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Regenerate" }).last().waitFor();
  await sleep(3_000);
}
