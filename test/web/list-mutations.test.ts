import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningStack, startInProcessStack } from "../../src/services/in-process-stack.ts";
import type { ChatController } from "../../web/chat-controller.ts";
import { hasOlder, openProfile, titleOf } from "../../web/chat-selectors.ts";
import { createProfile, createSession } from "../support/hmi.ts";
import { chatAt, listed, openSession, say } from "./chats.ts";

let stack: RunningStack;
beforeAll(async () => {
  stack = await startInProcessStack();
});
afterAll(() => stack.close());

test("a deleted conversation is neither open nor listed", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const deleted = openSession(chat);
  expect(await chat.keeper.remove(deleted)).toBeNull();
  expect(chat.state.sessionId).toBeNull();
  expect(listed(chat)).not.toContain(deleted.session_id);
});

test("a renamed conversation has its new title, also where it is open", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  expect(await chat.keeper.rename(openSession(chat), "Two")).toBeNull();
  expect(titleOf(chat.state.session)).toBe("Two");
});

test("an archived conversation is not listed until that is undone", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const session = openSession(chat);
  await chat.keeper.archive(session);
  expect(listed(chat)).not.toContain(session.session_id);
  expect(chat.state.archived?.session_id).toBe(session.session_id);
  await chat.keeper.unarchive(session);
  expect(listed(chat)).toContain(session.session_id);
});

test("an archived conversation is opened as that, and a message brings it back", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const session = openSession(chat);
  await newChat().then((other) => say(other, "Count to 3"));
  await chat.keeper.archive(session);
  expect((await chat.keeper.archived(50)).sessions).toMatchObject([{ session_id: session.session_id }]);
  await chat.go(`/c/${session.session_id}`);
  expect(openSession(chat).archived).toBe(true);
  await say(chat, "Count to 4");
  expect(openSession(chat).archived).toBe(false);
  expect(listed(chat)).toContain(session.session_id);
  expect(await chat.keeper.archived(50)).toEqual({ sessions: [], total: 0 });
});

test("more conversations than the HMI lists at once are listed one after the other", async () => {
  const modelId = await createProfile(stack.hmi, { name: "Many" });
  const made = await Promise.all(Array.from({ length: 501 }, () => createSession(stack.hmi, modelId)));
  const chat = await chatAt(stack.hmi, `/m/${modelId}/new`);
  expect(listed(chat)).toHaveLength(50);
  for (const length of [250, 450, 501]) {
    await chat.showOlder();
    expect(listed(chat)).toHaveLength(length);
    expect(hasOlder(chat.state)).toBe(length < made.length);
  }
  expect(new Set(listed(chat))).toEqual(new Set(made));
});

test("a cleared conversation is archived, and an empty one is open", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const session = openSession(chat);
  await chat.keeper.clear(session);
  await expect.poll(() => chat.state.phase).toBe("idle");
  expect(openSession(chat)).toMatchObject({ active: true, message_count: 0 });
  expect(listed(chat)).not.toContain(session.session_id);
});

describe("a profile", () => {
  test("has conversations of its own", async () => {
    const modelId = await createProfile(stack.hmi, { name: "Payments" });
    const chat = await chatAt(stack.hmi, `/m/${modelId}/new`);
    await say(chat, "Count to 2");
    expect(openSession(chat).model_id).toBe(modelId);
    const { sessionId } = chat.state;
    await expect.poll(() => listed(chat)).toEqual([sessionId]);
    await chat.go("/new");
    expect(listed(chat)).not.toContain(sessionId);
  });

  test("that is made is opened, and changed where it is", async () => {
    const chat = await newChat();
    const draft = { name: "New", description: "", default_model: null, instructions: "", settings: {} };
    expect(await chat.keeper.saveProfile(null, draft)).toBeNull();
    const modelId = chat.state.modelId ?? 0;
    expect(await chat.keeper.saveProfile(modelId, { ...draft, name: "Newer" })).toBeNull();
    expect(openProfile(chat.state)?.name).toBe("Newer");
  });

  test("in use is not deleted, and why is said", async () => {
    const modelId = await createProfile(stack.hmi, { name: "Used" });
    const chat = await chatAt(stack.hmi, `/m/${modelId}/new`);
    await say(chat, "Count to 2");
    const used = openProfile(chat.state);
    if (used === undefined) throw new Error("The profile is not open.");
    expect((await chat.keeper.removeProfile(used))?.message).toContain("Used");
    await chat.keeper.remove(openSession(chat));
    expect(await chat.keeper.removeProfile(used)).toBeNull();
    expect(chat.state.modelId).toBeNull();
  });

  test.each(["/m/4711/new", "/m/x/new"])("that does not exist is said not to: %s", async (path) => {
    expect((await chatAt(stack.hmi, path)).state.missing?.message).toContain(path.split("/")[2]);
  });

  test("has only its own conversations", async () => {
    const modelId = await createProfile(stack.hmi, { name: "Other" });
    const chat = await newChat();
    await say(chat, "Count to 2");
    const { missing } = (await chatAt(stack.hmi, `/m/${modelId}/c/${chat.state.sessionId}`)).state;
    expect(missing?.message).toContain(`does not belong to profile ${modelId}`);
  });
});

async function newChat(): Promise<ChatController> {
  return await chatAt(stack.hmi, "/new");
}
