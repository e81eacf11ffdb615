/**
 * Draws the pictures of pages, as a Chromium shows them now: docs/images/page.png, the chat page, and docs/images/trace.png, what
 * `stack trace --html` draws:
 *
 *     npm run build && node scripts/page-pictures.ts
 *
 * The stacks run in this process, on free ports. `CHROMIUM` names a Chromium that is elsewhere than distributions put it.
 */
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { startStack } from "../src/start-stack.ts";
import { COUNTING_MESSAGE } from "../src/targets/counting-message.ts";
import { renderTracePage } from "../src/trace/trace-page.ts";
import { traceStack } from "../src/trace/trace-stack.ts";
import { launchChromium } from "../test/browser/chromium.ts";

const picture = (name: string): string => fileURLToPath(new URL(`../docs/images/${name}`, import.meta.url));

/** Of the stand-in: slow enough for a person to see its pieces on the trace's time line. */
const TOKEN_DELAY_MS = 20;

const browser = await launchChromium();
try {
  await drawChatPage(browser);
  await drawTrace(browser);
} finally {
  await browser.close();
}

/** Profiles, a reply in Markdown, and one after a thought. */
async function drawChatPage(browser: Browser): Promise<void> {
  await using stack = await startStack({ tokenDelayMs: TOKEN_DELAY_MS });
  for (const name of ["Payments", "Churn model"]) {
    const answer = await fetch(`${stack.hmi}/api/model-profiles`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
    if (!answer.ok) throw new Error(`a profile was answered ${answer.status}: ${await answer.text()}`);
  }
  const page = await browser.newPage({ viewport: { width: 1200, height: 780 } });
  await page.goto(`${stack.hmi}/llm`);
  await say(page, "Show me Markdown");
  await page.getByLabel("Model", { exact: true }).selectOption("qwen3:8b");
  await say(page, "Count to 5");
  await page.screenshot({ path: picture("page.png") });
  await page.close();
}

async function say(page: Page, text: string): Promise<void> {
  const replies = page.getByRole("article", { name: "Reply" });
  const before = await replies.count();
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await replies.nth(before).waitFor();
  // What a reply has cost is told at its end.
  await replies
    .nth(before)
    .getByText(/tokens\/s/)
    .or(page.getByText(/tokens\/s/).nth(before))
    .first()
    .waitFor();
}

/** A trace of a stack in which the engine is asked for a title before the reply. */
async function drawTrace(browser: Browser): Promise<void> {
  await using stack = await startStack({ tokenDelayMs: TOKEN_DELAY_MS, fault: "title-asked-first" });
  const report = await traceStack({
    target: { hmi: stack.hmi, gateway: stack.gateway, engine: stack.engine },
    message: COUNTING_MESSAGE,
    engineApi: "chat",
    passes: 2,
    signal: AbortSignal.timeout(120_000),
  });
  const page = await browser.newPage({ viewport: { width: 1000, height: 690 } });
  await page.setContent(renderTracePage(report));
  // Its first half: what each hop said follows below.
  await page.screenshot({ path: picture("trace.png") });
  await page.close();
}
