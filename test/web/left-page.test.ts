import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningStack, startInProcessStack } from "../../src/services/in-process-stack.ts";
import { ChatController } from "../../web/chat-controller.ts";
import type { OutgoingStorage, StoredMessage } from "../../web/outgoing-storage.ts";
import { pagePathOf } from "../../web/page-address.ts";
import { openSession, say, texts } from "./chats.ts";

let stack: RunningStack;
beforeAll(async () => {
  stack = await startInProcessStack();
});
afterAll(() => stack.close());

/** What a tab keeps over a reload. */
class Tab implements OutgoingStorage {
  kept: StoredMessage | null = null;
  /** What was kept before the message had arrived. */
  before: StoredMessage | null = null;
  load = () => this.kept;
  save = (message: StoredMessage | null): void => {
    this.kept = message;
    if (message !== null) this.before = message;
  };
}

/** The tab's page at a path, loaded anew. */
async function loaded(tab: Tab, path: string, hmi = stack.hmi): Promise<ChatController> {
  const chat = new ChatController({ origin: hmi, outgoing: tab });
  await chat.start(path);
  return chat;
}

const said = (key: string, minutesAgo: number): StoredMessage => ({
  body: { message: "Count to 3", client_message_id: key },
  key: "new general",
  at: Date.now() - minutesAgo * 60_000,
  isBack: false,
});

test("a message that had arrived when the page was left is there once", async () => {
  const tab = new Tab();
  const chat = await loaded(tab, "/new");
  await say(chat, "Count to 2");
  expect(tab.kept).toBeNull();
  for (const path of ["/new", pagePathOf(chat.state)]) {
    // The answer never came to the page that was left.
    tab.kept = tab.before;
    const next = await loaded(tab, path);
    expect(texts(next), path).toEqual(["Count to 2", "1, 2"]);
    expect(next.state).toMatchObject({ draft: "", problem: null, phase: "idle" });
    expect(openSession(next)).toEqual(openSession(chat));
    expect(tab.kept).toBeNull();
  }
});

test("a message that had not arrived is sent by the next page, and what was written there since stays", async () => {
  const tab = new Tab();
  tab.kept = said("not-arrived", 1);
  const chat = new ChatController({ origin: stack.hmi, outgoing: tab });
  const started = chat.start("/new");
  chat.dispatch({ type: "draft_changed", draft: "and then" });
  await started;
  expect(texts(chat)).toEqual(["Count to 3", "1, 2, 3"]);
  expect(chat.state).toMatchObject({ draft: "and then", problem: null });
  expect(tab.kept).toBeNull();
});

test("where another conversation is open it is sent to its own", async () => {
  const tab = new Tab();
  const chat = await loaded(tab, "/new");
  await say(chat, "Count to 1");
  const path = pagePathOf(chat.state);
  tab.kept = said("elsewhere", 1);
  const next = await loaded(tab, path);
  expect(texts(next)).toEqual(["Count to 1", "1"]);
  expect(next.state).toMatchObject({ draft: "", problem: null });
  expect(tab.kept).toBeNull();
  await next.refresh();
  expect(next.state.sessions[0]).toMatchObject({ title: "Count to 3", message_count: 2 });
});

test("what was left long ago is in the composer again, and is not sent by itself", async () => {
  const tab = new Tab();
  tab.kept = said("long-ago", 60);
  const chat = await loaded(tab, "/new");
  expect(texts(chat)).toEqual([]);
  expect(chat.state).toMatchObject({ draft: "Count to 3", phase: "idle" });
  expect((await loaded(tab, "/new")).state).toMatchObject({ messages: [], phase: "idle" });
});

test("what cannot be sent now either is in the composer again, and is known by its name when it is sent", async () => {
  const gone = await startInProcessStack();
  await gone.close();
  const tab = new Tab();
  tab.kept = said("gone", 1);
  const chat = await loaded(tab, "/new", gone.hmi);
  expect(chat.state).toMatchObject({ draft: "Count to 3", messages: [], problem: { retry: "send" } });
  expect(tab.kept).toMatchObject({ isBack: true, body: { client_message_id: "gone" } });
  const next = await loaded(tab, "/new");
  await say(next, "Count to 3");
  expect(tab.before?.body.client_message_id).toBe("gone");
  expect(texts(next)).toEqual(["Count to 3", "1, 2, 3"]);
});

test("what fails because the page is left stays for the next one", async () => {
  const gone = await startInProcessStack();
  const tab = new Tab();
  const chat = await loaded(tab, "/new", gone.hmi);
  await gone.close();
  chat.leave();
  await say(chat, "Count to 3");
  expect(chat.state.draft).toBe("");
  expect(tab.kept).toMatchObject({ isBack: false, body: { message: "Count to 3" } });
  expect(chat.comeBack()).toBe(true);
  const next = await loaded(tab, "/new");
  expect(texts(next)).toEqual(["Count to 3", "1, 2, 3"]);
});
