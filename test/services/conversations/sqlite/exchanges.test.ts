import { expect, test } from "vitest";
import { exchangeOf, openConversation, openRaw, openTestStore } from "../../../support/store.ts";

/** A store with a conversation of so many exchanges, and what answers its last message again. */
async function startWith(exchanges: number) {
  const { store, path } = openTestStore();
  const sessionId = await openConversation(store, null);
  for (let number = 1; number <= exchanges; number += 1) {
    await exchangeOf(store, sessionId, `question ${number}`, `answer ${number}`);
  }
  const addSummary = (content: string, coversUntil: string) =>
    store.messages.add({
      sessionId,
      role: "system",
      messageType: "summary",
      content,
      modelName: null,
      status: "complete",
      coversUntil,
    });
  return {
    store,
    path,
    sessionId,
    addSummary,
    rows: () => store.messages.list(sessionId),
    beginAgain: (modelName?: string) =>
      store.messages.beginAgain({ sessionId, modelName, defaultModel: "default" }),
  };
}

test("the last reply is replaced by an empty one under another key, its message stays", async () => {
  const { rows, beginAgain, store } = await startWith(2);
  const before = await rows();
  const { user, reply, session, history } = await beginAgain();
  expect(user).toEqual(before[2]);
  expect(reply).toMatchObject({ role: "assistant", content: "", status: "streaming", model_name: "default" });
  expect(await rows()).toEqual([...before.slice(0, 3), reply]);
  expect(Number(reply.message_id)).toBeGreaterThan(Number(before[3]?.message_id));
  expect(session).toMatchObject({ message_count: 4, title: "question 1" });
  expect(history).toEqual({ summary: null, messages: before.slice(0, 3) });
  expect(await store.messages.find(before[3]?.message_id ?? "")).toBeUndefined();
});

test("the model is the given one, else the replaced reply's, else the default", async () => {
  const { beginAgain, store } = await startWith(1);
  const models: (string | null)[] = [];
  for (const model of [undefined, "phi3:mini", undefined]) {
    const { reply } = await beginAgain(model);
    models.push(reply.model_name);
    const ending = { content: "", finishReason: null, usage: null, error: null };
    await store.messages.finish(reply.message_id, { ...ending, status: "cancelled" });
  }
  expect(models).toEqual(["default", "phi3:mini", "phi3:mini"]);
});

test("a message without a reply gets one", async () => {
  const { store, sessionId, rows, beginAgain } = await startWith(1);
  const said = { role: "user", messageType: "chat", modelName: null, status: "complete" } as const;
  const lone = await store.messages.add({ ...said, sessionId, content: "lone" });
  const { user, reply } = await beginAgain();
  expect(user).toEqual(lone);
  expect((await rows()).map(({ content }) => content)).toEqual(["question 1", "answer 1", "lone", ""]);
  expect(reply.status).toBe("streaming");
});

test("while a reply streams, or where nothing was said, nothing is changed", async () => {
  const { rows, beginAgain } = await startWith(1);
  await beginAgain();
  const before = await rows();
  await expect(beginAgain()).rejects.toMatchObject({ code: "generation_in_progress" });
  expect(await rows()).toEqual(before);
  const empty = await startWith(0);
  await expect(empty.beginAgain()).rejects.toMatchObject({ code: "nothing_to_regenerate" });
});

test("a summary of what came before goes on standing for it", async () => {
  const { rows, beginAgain, addSummary } = await startWith(3);
  const before = await rows();
  await addSummary("1 to 2", before[3]?.message_id ?? "");
  const { history } = await beginAgain();
  expect(history).toEqual({ summary: "1 to 2", messages: [before[4]] });
});

test("a summary that stands for the replaced reply goes with it, and the one before it holds again", async () => {
  const { rows, beginAgain, addSummary } = await startWith(3);
  const before = await rows();
  await addSummary("1", before[1]?.message_id ?? "");
  await addSummary("1 to 3", before[5]?.message_id ?? "");
  const { history } = await beginAgain();
  expect(history).toEqual({ summary: "1", messages: before.slice(2, 5) });
});

test("it is done whole or not at all", async () => {
  const { rows, beginAgain, path } = await startWith(1);
  const before = await rows();
  openRaw(path).exec("CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'full'); END");
  await expect(beginAgain()).rejects.toThrow("full");
  expect(await rows()).toEqual(before);
});
