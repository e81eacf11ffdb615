import { expect, test } from "vitest";
import { Message } from "../../../../src/contract/hmi.ts";
import type { ReplyEnding } from "../../../../src/services/conversations/store.ts";
import { exchangeOf, makeProfile, openConversation, openRaw, openTestStore } from "../../../support/store.ts";

const ENDING: ReplyEnding = {
  content: "Hello",
  status: "complete",
  finishReason: "stop",
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
  error: null,
};

async function generalConversation() {
  const { store, path } = openTestStore();
  return { store, path, sessionId: await openConversation(store, null) };
}

test("an exchange carries its conversation's profile and agent, whole and in order", async () => {
  const { store } = openTestStore();
  const modelId = await makeProfile(store, "Tower");
  const sessionId = await openConversation(store, modelId);
  const { user, reply, isNew } = await store.messages.begin({
    sessionId,
    content: "Hi",
    modelName: "phi3:mini",
  });
  expect(isNew).toBe(true);
  const shared = { session_id: sessionId, model_id: modelId, agent_id: "architect", message_type: "chat" };
  expect(user).toMatchObject({ ...shared, role: "user", content: "Hi", status: "complete" });
  expect(reply).toMatchObject({
    ...shared,
    role: "assistant",
    content: "",
    status: "streaming",
    model_name: "phi3:mini",
  });
  expect(await store.messages.list(sessionId)).toEqual([user, reply]);
  expect([user, reply].map((row) => Message.parse(row))).toEqual([user, reply]);
});

test("a reply grows, ends once, and stays as it ended", async () => {
  const { store, sessionId } = await generalConversation();
  const { reply } = await store.messages.begin({ sessionId, content: "Hi", modelName: null });
  await store.messages.grow(reply.message_id, 0, "Hel");
  expect(await store.messages.find(reply.message_id)).toMatchObject({ content: "Hel", status: "streaming" });
  expect(await store.messages.finish(reply.message_id, ENDING)).toBe(true);
  const ended = await store.messages.find(reply.message_id);
  expect(ended).toMatchObject({
    content: "Hello",
    status: "complete",
    finish_reason: "stop",
    usage: ENDING.usage,
  });
  const twice: ReplyEnding = { ...ENDING, content: "twice", status: "error" };
  expect(await store.messages.grow(reply.message_id, 5, "late")).toBe(false);
  expect(await store.messages.finish(reply.message_id, twice)).toBe(false);
  expect(await store.messages.find(reply.message_id)).toEqual(ended);
});

test("a failure is kept with the reply", async () => {
  const { store, sessionId } = await generalConversation();
  const { reply } = await store.messages.begin({ sessionId, content: "Hi", modelName: null });
  const error = { code: "engine_error", message: "It broke.", hint: "Mend it." };
  await store.messages.finish(reply.message_id, {
    ...ENDING,
    status: "error",
    finishReason: "error",
    usage: null,
    error,
  });
  expect(await store.messages.find(reply.message_id)).toMatchObject({ status: "error", usage: null, error });
});

test("a second message waits for the first one's reply, and leaves nothing behind", async () => {
  const { store, sessionId } = await generalConversation();
  await store.messages.begin({ sessionId, content: "Hi", modelName: null });
  await expect(
    store.messages.begin({ sessionId, content: "Too soon", modelName: null }),
  ).rejects.toMatchObject({
    code: "generation_in_progress",
  });
  expect(await store.messages.list(sessionId)).toHaveLength(2);
});

test("the same client key twice is one exchange, also after it ended", async () => {
  const { store, sessionId } = await generalConversation();
  const message = { sessionId, content: "Hi", modelName: null, clientMessageId: "key" };
  const first = await store.messages.begin(message);
  expect(await store.messages.begin(message)).toEqual({ ...first, isNew: false });
  await store.messages.finish(first.reply.message_id, ENDING);
  const again = await store.messages.begin(message);
  expect(again).toMatchObject({
    isNew: false,
    reply: { message_id: first.reply.message_id, content: "Hello" },
  });
  expect(await store.messages.findExchange("key")).toMatchObject({ user: first.user });
  expect(await store.messages.findExchange("other")).toBeUndefined();
  expect(await store.messages.list(sessionId)).toHaveLength(2);
});

test("rows of the same moment stay in the order in which they were written", async () => {
  const { store, path, sessionId } = await generalConversation();
  const contents = Array.from({ length: 20 }, (_, index) => `message ${index}`);
  for (const content of contents) await exchangeOf(store, sessionId, content, `reply to ${content}`);
  openRaw(path).exec("UPDATE messages SET created_at = '2026-01-01T00:00:00.000Z'");
  const rows = await store.messages.list(sessionId);
  expect(rows.map((row) => row.content)).toEqual(
    contents.flatMap((content) => [content, `reply to ${content}`]),
  );
});

test("a limit takes the newest rows, oldest first", async () => {
  const { store, sessionId } = await generalConversation();
  await exchangeOf(store, sessionId, "a", "b");
  await exchangeOf(store, sessionId, "c", "d");
  expect((await store.messages.list(sessionId, 3)).map((row) => row.content)).toEqual(["b", "c", "d"]);
});

test.each([
  ["Count to 5\nplease", "Count to 5"],
  ["  \n Hi ", "Hi"],
  ["x".repeat(80), "x".repeat(80)],
  ["x".repeat(81), `${"x".repeat(79)}…`],
  ["🏛️".repeat(60), `${"🏛️".repeat(39)}🏛…`],
  [`${"x".repeat(78)} ${"y".repeat(10)}`, `${"x".repeat(78)}…`],
])("a conversation is titled by its first message: %j", async (content, title) => {
  const { store, sessionId } = await generalConversation();
  await exchangeOf(store, sessionId, content, "Hello");
  await exchangeOf(store, sessionId, "Another", "Hello");
  expect((await store.conversations.get(sessionId)).title).toBe(title);
});

test("the history is everything that was said, until a summary stands for its beginning", async () => {
  const { store, sessionId } = await generalConversation();
  await exchangeOf(store, sessionId, "a", "b");
  const { reply } = await exchangeOf(store, sessionId, "c", "d");
  await exchangeOf(store, sessionId, "e", "f");
  const said = async () => {
    const { summary, messages } = await store.messages.history(sessionId);
    return [summary, messages.map((row) => row.content).join("")];
  };
  expect(await said()).toEqual([null, "abcdef"]);
  await addSummary(store, sessionId, "a to d", reply.message_id);
  expect(await said()).toEqual(["a to d", "ef"]);
  const next = await exchangeOf(store, sessionId, "g", "h");
  await addSummary(store, sessionId, "a to h", next.reply.message_id);
  expect(await said()).toEqual(["a to h", ""]);
});

test("a summary belongs to its conversation and profile, and does not count as a message", async () => {
  const { store } = openTestStore();
  const modelId = await makeProfile(store, "Tower");
  const [ofProfile, general] = [await openConversation(store, modelId), await openConversation(store, null)];
  const { reply } = await exchangeOf(store, ofProfile, "a", "b");
  const summary = await addSummary(store, ofProfile, "short", reply.message_id);
  expect(summary).toMatchObject({
    session_id: ofProfile,
    model_id: modelId,
    message_type: "summary",
    role: "system",
  });
  expect((await store.conversations.get(ofProfile)).message_count).toBe(2);
  expect((await store.messages.history(general)).summary).toBeNull();
});

test("a text that grows is read whole at any time, whatever is in it, and is not rewritten whole", async () => {
  const { store, path, sessionId } = await generalConversation();
  const db = openRaw(path);
  const { reply } = await store.messages.begin({ sessionId, content: "Hi", modelName: null });
  const { message_id } = reply;
  let text = "";
  let writtenToRow = 0;
  let inRow = "";
  for (const piece of Array.from({ length: 400 }, (_, index) => `${index} 🏛️\u0000é "'% `.repeat(8))) {
    expect(await store.messages.grow(message_id, text.length, piece)).toBe(true);
    text += piece;
    const content = String(
      db.prepare("SELECT content FROM messages WHERE id = ?").get(message_id)?.["content"],
    );
    if (content !== inRow) writtenToRow += content.length;
    inRow = content;
    expect(2 * inRow.length).toBeGreaterThanOrEqual(text.length);
    if (text.length % 7 === 0) expect((await store.messages.find(message_id))?.content).toBe(text);
  }
  expect(writtenToRow).toBeLessThan(3 * text.length);
  expect((await store.messages.list(sessionId)).at(-1)?.content).toBe(text);
  expect((await store.messages.history(sessionId)).messages.at(-1)?.content).toBe(text);
  await store.messages.finish(message_id, { ...ENDING, content: text });
  expect((await store.messages.find(message_id))?.content).toBe(text);
  expect(db.prepare("SELECT count(*) AS n FROM reply_parts").get()).toEqual({ n: 0 });
});

test("what is written to a deleted conversation's reply goes nowhere", async () => {
  const { store, sessionId } = await generalConversation();
  const { reply } = await store.messages.begin({ sessionId, content: "Hi", modelName: null });
  await store.conversations.delete(sessionId);
  expect(await store.messages.grow(reply.message_id, 0, "ghost")).toBe(false);
  expect(await store.messages.finish(reply.message_id, ENDING)).toBe(false);
  expect(await store.messages.find(reply.message_id)).toBeUndefined();
  await expect(store.messages.list(sessionId)).rejects.toMatchObject({ code: "conversation_not_found" });
});

type Store = Awaited<ReturnType<typeof generalConversation>>["store"];

async function addSummary(store: Store, sessionId: string, content: string, coversUntil: string) {
  return await store.messages.add({
    sessionId,
    role: "system",
    messageType: "summary",
    content,
    modelName: null,
    status: "complete",
    coversUntil,
  });
}
