import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningStack, startStack } from "../../src/services/start.ts";
import { Chat } from "../../web/chat.ts";
import { startsAnotherConversation, statusText } from "../../web/view.ts";

let stack: RunningStack;
beforeAll(async () => {
  stack = await startStack({ tokenDelayMs: 5 });
});
afterAll(() => stack.close());

test("a message gets its reply", async () => {
  const chat = await newChat();
  await say(chat, "Count to 5");
  expect(texts(chat)).toEqual(["Count to 5", "1, 2, 3, 4, 5"]);
});

test("the next message goes to the same conversation", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const { sessionId } = chat.state;
  await say(chat, "Count to 3");
  expect(chat.state.sessionId).toBe(sessionId);
  expect(texts(chat)).toEqual(["Count to 2", "1, 2", "Count to 3", "1, 2, 3"]);
});

test("a new chat leaves the active conversation alone", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const { sessionId } = chat.state;
  chat.startNew();
  await say(chat, "Count to 3");
  expect(chat.state.sessionId).not.toBe(sessionId);
  expect(texts(chat)).toEqual(["Count to 3", "1, 2, 3"]);
});

test("the message goes to the chosen model", async () => {
  const chat = await newChat();
  chat.dispatch({ type: "model_chosen", model: "phi3:mini" });
  await say(chat, "Hello");
  const again = await reopened(chat);
  expect(again.state.messages.at(-1)?.model_name).toBe("phi3:mini");
});

test("another agent answers in another conversation", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const { sessionId } = chat.state;
  chat.dispatch({ type: "agent_chosen", agentId: "writer" });
  expect(startsAnotherConversation(chat.state)).toBe(true);
  await say(chat, "Count to 3");
  expect(chat.state.sessionId).not.toBe(sessionId);
  expect(chat.state.session?.agent_id).toBe("writer");
});

test("stopping keeps what has arrived", async () => {
  const chat = await newChat();
  const said = say(chat, "Count to 500");
  await expect.poll(() => texts(chat)[1]).toContain("3,");
  await chat.stop();
  await said;
  expect(statusText(chat.state)).toMatch(/^Stopped/);
  expect(texts(await reopened(chat))).toEqual(texts(chat));
});

test("stopping before the HMI has the message stops the reply", async () => {
  const chat = await newChat();
  const said = say(chat, "Count to 1000");
  await chat.stop();
  await said;
  expect(statusText(chat.state)).toMatch(/^Stopped/);
});

test("a page opened in the middle of a reply gets the whole of it", async () => {
  const chat = await newChat();
  const said = say(chat, "Count to 50");
  await expect.poll(() => texts(chat)[1]).toContain("3,");
  const again = await reopened(chat);
  await said;
  expect(texts(again)).toEqual(texts(chat));
  expect(again.state.phase).toBe("idle");
});

test("opening another conversation takes nothing of the one before along", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const { sessionId } = chat.state;
  chat.startNew();
  const said = say(chat, "Count to 200");
  await expect.poll(() => texts(chat)[1]).toContain("3,");
  await chat.open(sessionId ?? "");
  await said;
  expect(texts(chat)).toEqual(["Count to 2", "1, 2"]);
});

test("a deleted conversation is neither open nor listed", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const sessionId = chat.state.sessionId ?? "";
  await chat.remove(sessionId);
  expect(chat.state.sessionId).toBeNull();
  expect(chat.state.sessions.map((session) => session.session_id)).not.toContain(sessionId);
});

test("an unknown conversation is said to be unknown", async () => {
  const chat = new Chat(stack.hmi);
  await chat.start({ page: "conversation", sessionId: "4711" });
  expect(chat.state.problem?.message).toContain("4711");
});

test("a message that another tab is in the way of stays in the composer, and that tab's reply is shown", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const other = await reopened(chat);
  const said = say(other, "Count to 100");
  await expect.poll(() => texts(other)[3]).toContain("3,");
  await say(chat, "Hello");
  await said;
  expect(chat.state.draft).toBe("Hello");
  expect(texts(chat)).toEqual(texts(other));
});

test("an engine that is down is named in the reply, and a retry asks again", async () => {
  const broken = await startStack({ engineUrl: "http://127.0.0.1:9" });
  try {
    const chat = new Chat(broken.hmi);
    await chat.start({ page: "new" });
    await say(chat, "Hello");
    expect(chat.state.messages.at(-1)?.error?.code).toBe("engine_unavailable");
    await chat.resend();
    expect(texts(chat).filter((text) => text === "Hello")).toHaveLength(2);
  } finally {
    await broken.close();
  }
});

test("a message that cannot be sent stays in the composer, to be sent again", async () => {
  const gone = await startStack();
  const chat = new Chat(gone.hmi);
  await chat.start({ page: "new" });
  await gone.close();
  await say(chat, "Hello");
  expect(chat.state).toMatchObject({ draft: "Hello", messages: [], problem: { retry: "send" } });
});

async function newChat(): Promise<Chat> {
  const chat = new Chat(stack.hmi);
  await chat.start({ page: "new" });
  return chat;
}

/** The same conversation, as another tab or a reload shows it; resolves when its reply has ended. */
async function reopened(chat: Chat): Promise<Chat> {
  const again = new Chat(stack.hmi);
  await again.start({ page: "conversation", sessionId: chat.state.sessionId ?? "" });
  return again;
}

/** Resolves when the reply has ended. */
async function say(chat: Chat, text: string): Promise<void> {
  chat.dispatch({ type: "draft_changed", draft: text });
  await chat.send();
}

function texts(chat: Chat): string[] {
  return chat.state.messages.map(({ content }) => content);
}
