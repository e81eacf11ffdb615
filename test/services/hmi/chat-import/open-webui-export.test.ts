import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ExportedMessage } from "../../../../src/contract/chat-export.ts";
import { importConversations } from "../../../../src/services/hmi/chat-import/import-conversations.ts";
import { openWebuiExport } from "../../../../src/services/hmi/chat-import/open-webui-export.ts";
import { readImportFile } from "../../../../src/services/hmi/chat-import/read-import-file.ts";
import { GIF } from "../../../support/pictures.ts";
import { openTestStore } from "../../../support/store.ts";

const RECORDED = readFileSync(
  new URL("../../../../fixtures/recorded/open-webui/chat-export.json", import.meta.url),
  "utf8",
);

const DEFAULTS = { agentId: "architect" };

/** What a real Open WebUI 0.12.4 exported, in our shape, by the first thing that was said. */
function recordedChats() {
  const { format, contents } = readImportFile(RECORDED);
  expect(format.name).toBe("open-webui");
  const converted = contents.conversations.map(({ value }) => format.convert(value, DEFAULTS));
  return new Map(converted.map((each) => [each.conversation.messages[0]?.content, each]));
}

/** A chat that has what the others lack. */
const CHAT = {
  id: "c",
  title: "A title\nof two lines",
  archived: false,
  created_at: 1_767_225_600,
  updated_at: 1_767_225_601,
  meta: { tags: ["sea"] },
  chat: {
    models: ["m"],
    params: { system: "Be brief.", temperature: 0 },
    history: { currentId: "b", messages: {} as Record<string, object> },
  },
};

const user = { role: "user", content: "Hi", parentId: null, timestamp: 1_767_225_600 };
const reply = {
  role: "assistant",
  content: "Hello",
  parentId: "a",
  timestamp: 1_767_225_601,
  model: "m",
  done: true,
};

function convert(messages: Record<string, object>, currentId = "b") {
  const chat = { ...CHAT.chat, history: { currentId, messages } };
  return openWebuiExport.convert({ ...CHAT, chat }, DEFAULTS);
}

const shapeOf = ({ role, content, parent_id, chosen }: ExportedMessage) => [
  role,
  content,
  parent_id !== null,
  chosen,
];

describe("a real export", () => {
  test("is a tree with its versions, and what was shown is shown", () => {
    const { conversation, notes } = recordedChats().get("Say hello in three words") ?? {};
    expect(notes).toEqual([]);
    expect(conversation).toMatchObject({ title: "New Chat", archived: false, model: "smol-tools:135m" });
    expect(conversation?.messages.map(shapeOf)).toEqual([
      ["user", "Say hello in three words", false, false],
      ["user", "Say hello in four words", false, true],
      ["assistant", "Awesome, welcome to the party", true, true],
      ["assistant", "Awesome, welcome to the party", true, true],
      ["user", "And in Italian?", true, true],
      ["assistant", "In Italian!", true, false],
      ["assistant", "In Italian!", true, true],
    ]);
    const [last] = conversation?.messages.slice(-1) ?? [];
    expect(last).toMatchObject({
      model_name: "smol-tools:135m",
      status: "complete",
      usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
      timings: { reply_ms: expect.any(Number), tokens_per_second: expect.any(Number) },
    });
  });

  test("has pictures, thoughts and archived chats", () => {
    const chats = recordedChats();
    expect(chats.get("What is this?")?.conversation.messages[0]?.images).toEqual([
      { media_type: "image/gif", data: GIF },
    ]);
    expect(chats.get("How much is 2 + 2?")?.conversation.messages[1]).toMatchObject({
      content: "",
      thinking: expect.stringContaining("The answer to the question"),
    });
    expect(chats.get("Put this away")?.conversation.archived).toBe(true);
  });

  test("is brought in whole, once, also as a chat a line", async () => {
    const { own } = openTestStore();
    const target = { own, defaults: DEFAULTS };
    const lines = (JSON.parse(RECORDED) as unknown[]).map((chat) => JSON.stringify(chat)).join("\n");
    const report = await importConversations(lines, target);
    expect([report.format, report.conversations, report.refused]).toEqual([
      "open-webui",
      { imported: 4, already_there: 0, refused: 0 },
      [],
    ]);
    expect((await importConversations(RECORDED, target)).conversations.already_there).toBe(4);
    const { sessions } = await own.conversations.list({ limit: 10, offset: 0 });
    expect(sessions.map(({ active }) => active)).toEqual([false, false, false]);
  });
});

test("what there is no place for is told, and a title is one line", () => {
  const files = [
    { type: "file", url: "x" },
    { type: "image", url: "/api/v1/files/1/content" },
    { type: "image", url: "data:image/svg+xml;base64,PHN2Zz4=" },
  ];
  const { conversation, notes } = convert({ a: { ...user, files }, b: reply });
  expect(conversation.title).toBe("A title of two lines");
  expect(notes).toEqual([
    "Files that were attached are left out.",
    "Pictures that Open WebUI keeps as files of its own are not in its export.",
    "Pictures that are no PNG, JPEG, WebP or GIF are left out.",
    "There is no place here for: its tags, its system prompt, its parameters. It was left out.",
  ]);
});

test("a reply that failed, or was left half written, is that", () => {
  const failed = { ...reply, content: "", error: { content: "no such model" } };
  const half = { ...reply, done: false, content: "Hel" };
  const { messages } = convert({ a: user, b: failed, c: { ...half, timestamp: 1_767_225_602 } }).conversation;
  expect(messages.slice(1)).toMatchObject([
    {
      status: "error",
      finish_reason: "error",
      error: { code: "open_webui_error", message: "no such model" },
    },
    { status: "interrupted", finish_reason: null, content: "Hel" },
  ]);
});

test("thoughts that an older version wrote into the text are taken out of it", () => {
  const content = `<details type="reasoning" done="true" duration="2">\n<summary>Thought for 2 seconds</summary>\n&gt; 2 &lt; 3\n> so\n</details>\nYes`;
  const [, said] = convert({ a: user, b: { ...reply, content } }).conversation.messages;
  expect(said).toMatchObject({ content: "Yes", thinking: "2 < 3\nso", thinking_ms: 2000 });
});

test("300,000 openings of thoughts that never end take no time", () => {
  const content = '<details type="reasoning">'.repeat(300_000);
  const begun = process.cpuUsage().user;
  const [, said] = convert({ a: user, b: { ...reply, content } }).conversation.messages;
  expect(said?.content).toBe(content);
  expect((process.cpuUsage().user - begun) / 1e6).toBeLessThan(10);
});

test.each([
  [
    "follows what is nowhere",
    { a: user, b: { ...reply, parentId: "z" } },
    'b.parentId: "z" is no message of this chat',
  ],
  [
    "leads back to where it came from",
    { a: user, b: { ...reply, parentId: "c" }, c: { ...user, parentId: "b" } },
    "b.parentId: this way leads back to where it came from",
  ],
  ["is of nobody", { a: { ...user, role: "tool" } }, "chat.history.messages.a.role"],
  ["has a number for a text", { a: { ...user, content: 7 } }, "chat.history.messages.a.content"],
])("a chat with a message that %s is refused", (_, messages, reason) => {
  expect(() => convert(messages)).toThrow(reason);
});
