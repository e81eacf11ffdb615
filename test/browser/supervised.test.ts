import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { LAST_DOCTOR_FILE, LastDoctorReport } from "../../src/contract/doctor-report.ts";
import type { GenerationRecord } from "../../src/contract/engine-schemas.ts";
import type { Message } from "../../src/contract/hmi-schemas.ts";
import { openSqliteStore } from "../../src/services/conversations/sqlite/open-sqlite-store.ts";
import { PATIENTLY } from "../support/cli.ts";
import { createSession, generationsOf, messagesOf, say as sayTo } from "../support/hmi.ts";
import { exchangeOf, ownOf } from "../support/store.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, chatPageOf, openChatPage, recordLog, shows, tabTo } from "./page.ts";
import { type Supervised, startSupervised } from "./supervised.ts";

if (CHROMIUM === undefined) test("a supervised stack in a browser", ({ skip }) => skip(NO_CHROMIUM));

const MODEL_ID = 184;
const SESSION_ID = "80";
const INSTRUCTIONS = "Answer as the harbour master.";

describe.runIf(CHROMIUM !== undefined)("a supervised stack in a browser", () => {
  let running: Supervised;
  let chat: ChatPage;

  beforeAll(async () => {
    running = await startSupervised({ env: { STACK_ENGINE_TOKEN_DELAY_MS: "20" }, seed: makeSeedsProfile });
  });
  afterAll(() => running?.close());
  afterEach(async () => {
    await chat.close();
    expect(chat.complaints).toEqual([]);
  });

  test('BUG-016: at /m/184/c/80, "Hello" is answered in that conversation, also after a reload', async () => {
    const { stack } = running;
    const path = `/m/${MODEL_ID}/c/${SESSION_ID}`;
    await open(path);
    await shows(chat.lastReply, "The harbour is open.");
    const recorded = await recordLog(chat.page);

    await chat.say("Hello");
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^\d+ tokens$/);
    const reply = (await chat.lastReply.textContent()) ?? "";
    expect(reply).toMatch(/^Hello! .*"Help"\.$/);
    expect(new Set(await recorded()).size, "the reply grew").toBeGreaterThan(5);
    expect(chat.path()).toBe(path);

    await chat.page.reload();
    await shows(chat.lastReply, reply);
    await shows(chat.page.getByRole("article", { name: "You" }).last(), "Hello");
    expect(chat.path()).toBe(path);

    const rows = await messagesOf(stack.hmi, SESSION_ID);
    expect(rows.map(({ content }) => content)).toEqual([
      "Is it open?",
      "The harbour is open.",
      "Hello",
      reply,
    ]);
    expect(new Set(rows.map(({ model_id }) => model_id))).toEqual(new Set([MODEL_ID]));
    expect(conversationsWith("Hello", stack.database)).toEqual([Number(SESSION_ID)]);
    const asked = (await generationsOf(stack.engine)).findLast((record) => questionOf(record) === "Hello");
    expect(asked?.messages?.[0]).toMatchObject({
      role: "system",
      content: expect.stringContaining(INSTRUCTIONS),
    });
  });

  test.each([
    ["its button", () => chat.page.getByRole("button", { name: "Stop" }).click()],
    ["Esc", () => chat.page.keyboard.press("Escape")],
  ])(
    "%s stops a reply: so does the engine, the text stays, and the next message is answered",
    async (_, stop) => {
      const { hmi, engine } = running.stack;
      await open("/new");
      await chat.say("Count to 1000");
      await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("5, 6");
      await stop();
      await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^Stopped · \d+ tokens$/);
      await expect
        .poll(async () => (await generationsOf(engine)).at(-1), PATIENTLY)
        .toMatchObject({ ended: "aborted" });
      const kept = await chat.lastReply.textContent();
      expect(kept).toMatch(/^1, 2, 3, 4, 5, 6/);
      expect(await lastRow(hmi)).toMatchObject({ status: "cancelled", content: kept });

      await chat.say("Count to 3");
      await shows(chat.lastReply, "1, 2, 3");
      await shows(chat.page.getByRole("article", { name: "Reply" }).first().locator(".content"), kept ?? "");
    },
  );

  test("a reply goes on after a reload in its middle, and is shown as it is stored", async () => {
    await open("/new");
    await chat.say("Count to 100");
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("5, 6");
    await chat.page.reload();
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("5, 6");
    expect(await chat.lastReply.textContent()).not.toContain("100");
    await shows(chat.status, "199 tokens");
    const { content, status } = await lastRow(running.stack.hmi);
    expect(status).toBe("complete");
    expect(content).toMatch(/^1, 2, 3, .* 99, 100$/);
    expect(await chat.lastReply.textContent()).toBe(content);
  });

  test("two tabs show the same reply as it is written, and either stops it or goes on", async () => {
    const path = `/c/${await createSession(running.stack.hmi, null)}`;
    await open(path);
    const other = chatPageOf(await chat.page.context().newPage());
    await other.page.goto(running.stack.hmi + path);
    await chat.say("Count to 1000");
    for (const tab of [chat, other]) {
      await expect.poll(() => tab.lastReply.textContent(), PATIENTLY).toContain("5, 6");
      expect(await tab.status.textContent()).toBe("Writing");
    }
    await other.page.getByRole("button", { name: "Stop" }).click();
    for (const tab of [chat, other]) {
      await expect.poll(() => tab.status.textContent(), PATIENTLY).toMatch(/^Stopped/);
    }
    expect(await chat.lastReply.textContent()).toBe(await other.lastReply.textContent());

    await other.say("Count to 4");
    await shows(chat.lastReply, "1, 2, 3, 4");
    await shows(other.lastReply, "1, 2, 3, 4");
    expect(await chat.page.getByRole("article").count()).toBe(4);
  });

  test("the address of a new conversation comes without a reload and without a blank", async () => {
    await open("/new");
    const recorded = await recordLog(chat.page);
    await chat.say("Count to 30");
    await expect.poll(() => chat.path(), PATIENTLY).toMatch(/^\/c\/\d+$/);
    await shows(chat.status, "59 tokens");

    const texts = await recorded();
    const sent = texts.slice(texts.findIndex((text) => text.includes("Count to 30")));
    expect(sent.length).toBeGreaterThan(5);
    expect(sent.filter((text) => !text.startsWith("Count to 30"))).toEqual([]);
    expect(sent.filter((text, index) => text.length < (sent[index - 1]?.length ?? 0))).toEqual([]);
  });

  test("the keyboard alone sends, stops, opens another conversation and renames it", async () => {
    const { hmi } = running.stack;
    await sayTo(hmi, "Count to 7", { session_id: await createSession(hmi, null) });
    await open("/new");
    const { keyboard } = chat.page;
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Message");
    await keyboard.type("Count to 1000");
    await keyboard.press("Enter");
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain("5, 6");
    await keyboard.press("Escape");
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^Stopped/);
    expect(await chat.focused()).toBe("Message");

    await tabTo(chat, "Count to 7");
    await keyboard.press("Enter");
    await shows(chat.lastReply, "1, 2, 3, 4, 5, 6, 7");
    expect(await chat.focused()).toBe("Message");

    await tabTo(chat, "More for Count to 7");
    await keyboard.press("Enter");
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("Rename");
    await keyboard.press("Enter");
    await chat.page.getByRole("dialog", { name: "Rename conversation" }).waitFor();
    await keyboard.type("Seven");
    await keyboard.press("Enter");
    await expect.poll(() => chat.focused(), PATIENTLY).toBe("More for Seven");
    await shows(chat.page.getByRole("heading", { level: 1 }), "Seven");
  });

  test("the panel of the services has the doctor's last words: what was broken, how old that is, and nothing before he looked", async () => {
    const { stack } = running;
    const file = join(stack.stateDir, LAST_DOCTOR_FILE);
    rmSync(file, { force: true });
    const panel = () => chat.page.getByRole("region", { name: "Services" });
    const words = () => panel().getByRole("region", { name: "The doctor’s last words" });
    const openPanel = async (): Promise<void> => {
      await open("/new");
      await tabTo(
        chat,
        (await chat.page.getByRole("button", { name: /^Services.*works/ }).textContent()) ?? "",
      );
      await chat.page.keyboard.press("Enter");
      await panel().getByText("stack trace").waitFor();
    };
    await openPanel();
    expect(await words().count()).toBe(0);
    await chat.close();

    await stack.run("doctor");
    await openPanel();
    await expect
      .poll(() => words().innerText(), PATIENTLY)
      .toBe("The doctor’s last words, less than a minute ago\n\nNothing was broken: 23 held.");
    await chat.close();

    const kept = LastDoctorReport.parse(JSON.parse(readFileSync(file, "utf8")));
    const MARKUP = "<img src=x onerror=alert(1)>";
    const rungs = kept.rungs.map((rung, index) =>
      index > 0
        ? rung
        : {
            ...rung,
            status: "broken",
            text: `${MARKUP} \u202eno`,
            problem: { code: "x", cause: "Its log ends with `x`.", next: "stack logs engine" },
          },
    );
    const at = new Date(Date.now() - 3 * 3600_000).toISOString();
    writeFileSync(file, JSON.stringify({ ...kept, at, rungs, warnings: ["Anybody can call it."] }));
    await openPanel();
    await expect.poll(() => words().count(), PATIENTLY).toBe(1);
    const text = await words().innerText();
    expect(text).toMatch(/^The doctor’s last words, 3 hours ago\n+1 thing was broken: 22 held\./);
    expect(text).toContain("Engine, Gateway, and HMI were started since, so this may not be true any more.");
    expect(text).toContain(`Engine, process: ${MARKUP} ⟨U+202E⟩no`);
    expect(text).toContain("Anybody can call it.");
    expect(await words().locator("code").allTextContents()).toEqual(["x", "stack logs engine"]);
    expect(await words().getByRole("img").count()).toBe(0);
    const isFocused = () => panel().evaluate((element) => element === document.activeElement);
    await chat.page.keyboard.press("Tab");
    expect(await isFocused()).toBe(true);
    await chat.page.keyboard.press("Escape");
    await expect.poll(() => panel().count(), PATIENTLY).toBe(0);
  });

  async function open(path: string): Promise<void> {
    chat = await openChatPage(running.browser, running.stack.hmi + path);
  }

  /** The last row of the conversation that is open. */
  async function lastRow(hmi: string): Promise<Message> {
    const rows = await messagesOf(hmi, chat.path().split("/").at(-1) ?? "");
    const last = rows.at(-1);
    if (last === undefined) throw new Error("The conversation has no messages.");
    return last;
  }
});

/** Profile 184 with its conversation 80, in which something was said before. */
async function makeSeedsProfile(database: string): Promise<void> {
  const store = openSqliteStore({ path: database, defaultAgent: "architect" });
  try {
    const db = new DatabaseSync(database);
    const start = db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)");
    start.run("model_profiles", MODEL_ID - 1);
    start.run("conversations", Number(SESSION_ID) - 1);
    db.close();
    const profile = await ownOf(store).profiles.create({
      name: "Harbour",
      description: "",
      default_model: null,
      instructions: INSTRUCTIONS,
      settings: {},
    });
    const session = await ownOf(store).conversations.create({
      modelId: profile.model_id,
      agentId: "architect",
    });
    expect([profile.model_id, session.session_id]).toEqual([MODEL_ID, SESSION_ID]);
    await exchangeOf(store, session.session_id, "Is it open?", "The harbour is open.");
  } finally {
    await store.close();
  }
}

/** The keys of the conversations that have this message, as they are on disk. */
function conversationsWith(content: string, database: string): number[] {
  const db = new DatabaseSync(database, { readOnly: true });
  try {
    const rows = db.prepare("SELECT conversation_id FROM messages WHERE content = ?").all(content);
    return rows.map((row) => Number(row["conversation_id"]));
  } finally {
    db.close();
  }
}

function questionOf({ messages }: GenerationRecord): string | undefined {
  return messages?.at(-1)?.content;
}
