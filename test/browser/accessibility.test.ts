import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LAST_DOCTOR_FILE, LastDoctorReport } from "../../src/contract/doctor-report.ts";
import { startInProcessStack } from "../../src/services/in-process-stack.ts";
import { PATIENTLY, type TestStack } from "../support/cli.ts";
import { exportOf } from "../support/exported-conversations.ts";
import { archiveSession, createProfile, createSession, say as sayTo } from "../support/hmi.ts";
import { GIF_FILE } from "../support/pictures.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, openChatPage } from "./page.ts";
import { type Supervised, startSupervised } from "./supervised.ts";

if (CHROMIUM === undefined) test("accessibility in a browser", ({ skip }) => skip(NO_CHROMIUM));

/** Evaluated, not added as a script: that the Content-Security-Policy would stop. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** High, because the contrast of what is scrolled out of sight cannot be judged. */
const DESKTOP = { width: 1440, height: 2400 };
const PHONE = { width: 360, height: 4800 };

describe.runIf(CHROMIUM !== undefined)("axe finds nothing, wide and narrow, light and dark, in", () => {
  let running: Supervised;
  let chat: ChatPage;
  let modelId: number;
  let sessionId: string;
  /** The refusals that a test asks for. */
  let expected: RegExp | undefined;

  beforeAll(async () => {
    running = await startSupervised({ env: { STACK_ENGINE_TOKEN_DELAY_MS: "5" } });
    const { hmi } = running.stack;
    modelId = await createProfile(hmi, { name: "Harbour", description: "Ships and tides." });
    sessionId = await createSession(hmi, modelId);
    await sayTo(hmi, "Show me Markdown", { session_id: sessionId, model_id: modelId });
  });
  afterAll(() => running?.close());
  beforeEach(() => {
    expected = undefined;
  });
  afterEach(async () => {
    await chat.close();
    expect(chat.complaints.filter((text) => !expected?.test(text))).toEqual([]);
  });

  test("an empty conversation", async () => {
    await open(`/m/${modelId}/new`);
    await chat.page.getByText("Ships and tides.").waitFor();
    await expectClean();
  });

  test("the list as a drawer", async () => {
    await open(`/m/${modelId}/new`);
    await chat.page.setViewportSize(PHONE);
    await chat.page.getByRole("button", { name: "Conversations" }).click();
    await chat.page.getByRole("link", { name: "New chat" }).waitFor({ state: "visible" });
    await expectClean([PHONE]);
  });

  test("a conversation with Markdown, and what opens above it", async () => {
    await open(`/m/${modelId}/c/${sessionId}`);
    await chat.page.getByRole("table").waitFor();
    await expectClean();
    await button("Conversation menu").click();
    await expectClean();
    await button("Rename").click();
    await expectCleanDialog();
    await button("Cancel").click();
    const gauge = chat.page.getByRole("button", { name: /^Context/ });
    const place = async () => (await gauge.boundingBox())?.x;
    const before = await place();
    await gauge.click();
    await chat.page.getByText("Tokens read").waitFor();
    expect(await place()).toBe(before);
    await expectClean();
    await chat.page.keyboard.press("Escape");
    await chat.page.setViewportSize(DESKTOP);
    await chat.page.getByRole("button", { name: /^Services.*works/ }).click();
    await chat.page.getByText("stack trace").waitFor();
    await expectClean([DESKTOP]);
    await chat.page.keyboard.press("Escape");
    await keepBrokenRung(running.stack);
    await chat.page.getByRole("button", { name: /^Services.*works/ }).click();
    await chat.page.getByText("1 thing was broken").waitFor();
    await expectClean([DESKTOP]);
  });

  test("a reply that is being written", async () => {
    await open("/new");
    await chat.say("Count to 1000");
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("5, 6");
    await expectClean();
    expect(await chat.status.textContent()).toBe("Writing");
    await chat.page.keyboard.press("Escape");
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^Stopped/);
  });

  test("an import of which something was refused", async () => {
    await open("/new");
    await button("Export and import").click();
    await expectCleanDialog();
    const file = { ...exportOf([]), conversations: [{}] };
    await chat.page
      .getByLabel("File to import")
      .setInputFiles([
        { name: "a.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(file)) },
      ]);
    await chat.page.getByRole("region", { name: "Refused" }).waitFor();
    await expectClean();
  });

  test("a message with a picture, to a model that thinks", async () => {
    await open("/new");
    await chat.page.getByLabel("Model").selectOption("gemma3:4b");
    await chat.page.getByLabel("Files", { exact: true }).setInputFiles([GIF_FILE]);
    await chat.page.getByRole("img", { name: "a.gif" }).waitFor();
    await expectClean();
    await chat.say("What is this?");
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("I see 1 image");
    await chat.page.getByLabel("Model").selectOption("qwen3:8b");
    await chat.page.getByLabel("Thinking").waitFor();
    await expectClean();
  });

  test("a reply that failed", async () => {
    const { hmi } = running.stack;
    const failed = await createSession(hmi, null);
    await sayTo(hmi, "Hello", { session_id: failed, model: "missing" });
    await open(`/c/${failed}`);
    await button("Retry").waitFor();
    await expectClean();
  });

  test("the form of a profile, with mistakes in it", async () => {
    await open("/new");
    await button("New profile").click();
    await expectCleanDialog();
    await chat.page.getByText("Other settings").click();
    await chat.page.getByLabel("Settings").fill("{");
    await button("Save").click();
    await expect.poll(() => chat.page.getByRole("alert").count(), PATIENTLY).toBe(2);
    await expectClean();
  });

  test("an archived conversation with thoughts and versions, and a message that is edited", async () => {
    const { hmi } = running.stack;
    const edited = await createSession(hmi, null);
    await sayTo(hmi, "Count to 2", { session_id: edited, model: "qwen3:8b" });
    await archiveSession(hmi, edited);
    await open(`/c/${edited}`);
    await button("Regenerate").click();
    await chat.page.getByRole("group", { name: "Version 2 of 2" }).waitFor();
    await chat.page.locator(".thoughts").click();
    await archiveSession(hmi, edited);
    await chat.page.getByText(/^This conversation is archived/).waitFor();
    await chat.message.press("ArrowUp");
    await chat.page.getByRole("textbox", { name: "Edit message" }).waitFor();
    await expectClean();
  });

  test("what was found, and what is archived", async () => {
    const { hmi } = running.stack;
    const session_id = await createSession(hmi, null);
    await sayTo(hmi, "Count to 3", { session_id });
    await archiveSession(hmi, session_id);
    await open("/new");
    await chat.message.waitFor();
    await chat.page.keyboard.press("Control+k");
    await chat.page.getByRole("searchbox").fill("count");
    await chat.page.locator(".search mark").first().waitFor();
    await expectClean();
    await chat.page.keyboard.press("Escape");
    await chat.page.setViewportSize(DESKTOP);
    await button("Archived").click();
    await button("Restore Count to 3").waitFor();
    await expectClean();
  });

  test("the other dialogs", async () => {
    await open(`/m/${modelId}/c/${sessionId}`);
    await button("Keyboard shortcuts").click();
    await expectCleanDialog();
    await button("Close").click();
    await button("Conversation menu").click();
    await button("Delete").click();
    await expectCleanDialog();
  });

  test("the page of an address that names nothing", async () => {
    expected = /status of 404/;
    await open("/c/4711");
    await chat.page.getByRole("region", { name: "Not found" }).waitFor();
    await expectClean();
  });

  test("the form that asks for the token", async () => {
    expected = /status of 401/;
    const guarded = await startInProcessStack({ auth: { token: "sesame" } });
    try {
      chat = await openChatPage(running.browser, `${guarded.hmi}/new`, DESKTOP);
      await chat.page.getByLabel("Token").fill("wrong");
      await expectClean();
      await chat.page.keyboard.press("Enter");
      await chat.page.getByRole("alert").waitFor();
      await expectClean();
    } finally {
      await guarded.close();
    }
  });

  async function open(path: string): Promise<void> {
    chat = await openChatPage(running.browser, running.stack.hmi + path, DESKTOP);
  }

  function button(name: string) {
    return chat.page.getByRole("button", { name, exact: true });
  }

  async function expectCleanDialog(): Promise<void> {
    await chat.page.getByRole("dialog").waitFor();
    await expectClean();
  }

  /** The page as it stands, at these sizes. */
  async function expectClean(sizes = [DESKTOP, PHONE]): Promise<void> {
    for (const size of sizes) {
      await chat.page.setViewportSize(size);
      for (const colorScheme of ["light", "dark"] as const) {
        await chat.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        expect(await findingsOn(chat.page, colorScheme), `${size.width} px, ${colorScheme}`).toEqual([]);
      }
    }
  }
});

/** Has the doctor look, and find a rung broken. */
async function keepBrokenRung({ run, stateDir }: TestStack): Promise<void> {
  await run("doctor");
  const file = join(stateDir, LAST_DOCTOR_FILE);
  const report = LastDoctorReport.parse(JSON.parse(readFileSync(file, "utf8")));
  const problem = { code: "silent", cause: "Its process hangs.", next: "stack restart engine" };
  const rungs = report.rungs.map((rung, index) =>
    index > 0 ? rung : { ...rung, status: "broken", problem },
  );
  writeFileSync(file, JSON.stringify({ ...report, rungs }));
}

/**
 * What axe finds, and what it cannot judge: each rule, with the elements and what is wrong with them. It does
 * not know of the top layer: what is in a popover counts as covered by the page, and cannot be judged.
 */
async function findingsOn(page: Page, colorScheme: "light" | "dark"): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(AXE);
  const options = {
    resultTypes: ["violations", "incomplete"],
    elementRef: true,
    // All the rest is the same in the light.
    ...(colorScheme === "dark" && { runOnly: ["color-contrast", "link-in-text-block"] }),
  };
  return await page.evaluate<readonly string[]>(`
    axe.run(${JSON.stringify(options)}).then(({ violations, incomplete }) => {
      const unjudged = incomplete.map(({ id, nodes }) => ({
        id,
        nodes: nodes.filter(({ element }) => element.closest("[popover]") === null),
      }));
      return [...violations, ...unjudged].flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => [id, html, failureSummary].join("\\n")),
      );
    })
  `);
}
