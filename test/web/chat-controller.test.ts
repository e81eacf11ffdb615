import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningStack, startInProcessStack } from "../../src/services/in-process-stack.ts";
import { startStandIn } from "../../src/services/stand-in-engine/start-stand-in.ts";
import { ChatController } from "../../web/chat-controller.ts";
import { startsAnotherConversation, statusText } from "../../web/chat-selectors.ts";
import { serviceTrouble } from "../../web/service-health.ts";
import { freePorts } from "../support/ports.ts";
import { chatAt, say, texts } from "./chats.ts";

let stack: RunningStack;
beforeAll(async () => {
  stack = await startInProcessStack({ tokenDelayMs: 5 });
});
afterAll(() => stack.close());

test("a message gets its reply", async () => {
  const chat = await newChat();
  await say(chat, "Count to 5");
  expect(texts(chat)).toEqual(["Count to 5", "1, 2, 3, 4, 5"]);
});

test("a first message that is refused leaves no conversation behind", async () => {
  const { hmi, close } = await startInProcessStack({ http: { messages_per_minute: 1 } });
  try {
    await say(await chatAt(hmi, "/new"), "Count to 2");
    const chat = await chatAt(hmi, "/new");
    await say(chat, "Count to 3");
    expect(chat.state).toMatchObject({ draft: "Count to 3", sessionId: null, problem: { retry: "send" } });
    await chat.refresh();
    expect(chat.state.sessions.map(({ title }) => title)).toEqual(["Count to 2"]);
  } finally {
    await close();
  }
});

test("a page that nobody looks at gives up its stream, and goes on where it was", async () => {
  const chat = await newChat();
  const said = say(chat, "Count to 100");
  await expect.poll(() => texts(chat).at(-1)).toMatch(/^1, 2/);
  chat.setSeen(false);
  // It is written to its end meanwhile, and nothing of it comes here.
  const health = async (): Promise<unknown> =>
    (await (await fetch(`${stack.hmi}/health`)).json()).active_streams;
  await expect.poll(health).toBe(0);
  const whole = Array.from({ length: 100 }, (_, index) => index + 1).join(", ");
  // What had come before is shown, and no more.
  expect(whole.startsWith(texts(chat).at(-1) ?? "nothing")).toBe(true);
  expect(texts(chat).at(-1)).not.toBe(whole);
  chat.setSeen(true);
  await said;
  expect(texts(chat).at(-1)).toBe(whole);
});

test("a message that another page sends is shown when it is told", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const other = await reopened(chat);
  await say(chat, "Count to 3");
  const { sessionId, messages } = chat.state;
  const [message, reply] = messages.slice(-2);
  await other.heard({
    type: "reply_started",
    session_id: sessionId ?? "",
    message_id: message?.message_id ?? "",
    assistant_message_id: reply?.message_id ?? "",
    client_message_id: null,
  });
  await expect.poll(() => texts(other)).toEqual(["Count to 2", "1, 2", "Count to 3", "1, 2, 3"]);
});

test("a page that is told twice of a reply shows its text once", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const other = await reopened(chat);
  const said = say(chat, "Count to 30");
  await expect.poll(() => texts(chat).at(-1)).toMatch(/^1, 2/);
  await Promise.all([other.refresh(), other.heard({ type: "reset" }), other.refresh()]);
  await said;
  await expect.poll(() => texts(other).at(-1)).toBe(texts(chat).at(-1));
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
  await chat.go("/new");
  await say(chat, "Count to 3");
  expect(chat.state.sessionId).not.toBe(sessionId);
  expect(texts(chat)).toEqual(["Count to 3", "1, 2, 3"]);
});

test("the reply that is asked for again takes the place of the first", async () => {
  const chat = await newChat();
  await say(chat, "Count to 3");
  const first = chat.state.messages.at(-1)?.message_id;
  chat.dispatch({ type: "model_chosen", model: "phi3:mini" });
  await chat.regenerate();
  expect(texts(chat)).toEqual(["Count to 3", "1, 2, 3"]);
  const { messages } = (await reopened(chat)).state;
  expect(messages.at(-1)).toMatchObject({ model_name: "phi3:mini" });
  expect(messages.at(-1)?.message_id).not.toBe(first);
  expect(messages).toHaveLength(2);
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
  await chat.go("/new");
  const said = say(chat, "Count to 200");
  await expect.poll(() => texts(chat)[1]).toContain("3,");
  await chat.go(`/c/${sessionId}`);
  await said;
  expect(texts(chat)).toEqual(["Count to 2", "1, 2"]);
});

test("an unknown conversation is said to be unknown", async () => {
  expect((await chatAt(stack.hmi, "/c/4711")).state.missing?.message).toContain("4711");
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
  const broken = await startInProcessStack({ engineUrl: "http://127.0.0.1:9" });
  try {
    const chat = await chatAt(broken.hmi, "/new");
    await say(chat, "Hello");
    const first = chat.state.messages.at(-1);
    expect(first?.error?.code).toBe("engine_unavailable");
    await chat.regenerate();
    expect(texts(chat)).toEqual(["Hello", ""]);
    expect(chat.state.messages.at(-1)?.message_id).not.toBe(first?.message_id);
  } finally {
    await broken.close();
  }
});

test("a message that cannot be sent stays in the composer, to be sent again", async () => {
  const gone = await startInProcessStack();
  const chat = await chatAt(gone.hmi, "/new");
  await gone.close();
  await say(chat, "Hello");
  expect(chat.state).toMatchObject({ draft: "Hello", messages: [], problem: { retry: "send" } });
});

test("another tab's message appears when the page looks again", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  const other = await reopened(chat);
  await say(other, "Count to 3");
  await chat.refresh();
  expect(texts(chat)).toEqual(texts(other));
});

test("a message that is sent while the page looks again is asked for by no name but the HMI's", async () => {
  const chat = await newChat();
  await say(chat, "Count to 2");
  await Promise.all([chat.refresh(), say(chat, "Count to 3")]);
  expect(chat.state.problem).toBeNull();
  expect(texts(chat).at(-1)).toBe("1, 2, 3");
});

test("a service that is back brings what was missing", async () => {
  const [port = 0] = await freePorts(1);
  const broken = await startInProcessStack({ engineUrl: `http://127.0.0.1:${port}` });
  const chat = await chatAt(broken.hmi, "/new");
  await chat.checkServices();
  expect(serviceTrouble(chat.state.services)?.message).toContain("engine");
  const back = await startStandIn({ port });
  try {
    await expect.poll(() => chat.checkServices().then(() => chat.state.models.length)).toBeGreaterThan(0);
    expect(chat.state.problem).toBeNull();
  } finally {
    await Promise.all([back.close(), broken.close()]);
  }
});

test("a token is asked for, refused when wrong, and kept for every call when right", async () => {
  const guarded = await startInProcessStack({ auth: { token: "sesame" } });
  try {
    const chat = await chatAt(guarded.hmi, "/new");
    expect(chat.state.access).toBe("token_wanted");
    await chat.signIn("wrong");
    expect(chat.state.access).toBe("token_refused");
    await chat.signIn("sesame");
    await say(chat, "Count to 3");
    expect(chat.state.access).toBe("open");
    expect(texts(chat)).toEqual(["Count to 3", "1, 2, 3"]);
  } finally {
    await guarded.close();
  }
});

test("where the page says that a token is wanted it is asked for before any call", async () => {
  const [port = 0] = await freePorts(1);
  // Nobody is there: a call would be a problem on the page.
  const chat = new ChatController({ origin: `http://127.0.0.1:${port}`, isTokenWanted: true });
  await Promise.all([chat.start("/new"), chat.checkServices(), chat.refresh()]);
  expect(chat.state).toMatchObject({ access: "token_wanted", problem: null });
  const known = new ChatController({ origin: stack.hmi, token: "sesame", isTokenWanted: true });
  expect(known.state.access).toBe("open");
});

test("what was named before the token is shown after it", async () => {
  await using guarded = await startInProcessStack({ auth: { token: "sesame" } });
  const chat = new ChatController({ origin: guarded.hmi, isTokenWanted: true });
  await chat.start("/c/77");
  await chat.signIn("sesame");
  expect(chat.state).toMatchObject({ access: "open", missing: { message: expect.stringContaining("77") } });
});

async function newChat(): Promise<ChatController> {
  return await chatAt(stack.hmi, "/new");
}

/** The same conversation, as another tab or a reload shows it; resolves when its reply has ended. */
async function reopened(chat: ChatController): Promise<ChatController> {
  return await chatAt(stack.hmi, `/c/${chat.state.sessionId}`);
}
