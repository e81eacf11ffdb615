/** Open WebUI as its page talks to it, against what a real one was recorded to say. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChatClient } from "../../../src/targets/drivers/chat-client.ts";
import { connectDriver } from "../../../src/targets/drivers/define-driver.ts";
import { lastFact, textOf } from "../../../src/targets/drivers/reply-facts.ts";
import { openWebui } from "../../../src/targets/drivers/shipped/open-webui-driver.ts";
import { createHttpClient, type HttpClient } from "../../../src/targets/http-client.ts";
import { type RecordedOpenWebui, recordedOpenWebui } from "../../support/recorded-open-webui.ts";

const signal = new AbortController().signal;
const PLACE = { modelId: null, options: { num_predict: 12 } };
let there: RecordedOpenWebui;
let client: HttpClient;
let chat: ChatClient;

beforeEach(async () => {
  there = recordedOpenWebui();
  await once(there.server.listen(0, "127.0.0.1"), "listening");
  client = createHttpClient(`http://127.0.0.1:${(there.server.address() as AddressInfo).port}`);
  const context = {
    settings: {},
    model: "smol-tools:135m",
    agent: "",
    user: "",
    token: "",
    isStandIn: false,
  };
  chat = await connectDriver(openWebui, { client, ...context });
});

afterEach(async () => {
  await client.close();
  there.server.closeAllConnections();
  there.server.close();
});

test("a first message makes a chat, and its reply is heard over socket.io", async () => {
  const sent = await chat.send({ place: PLACE, conversation: null, text: "Say hello" }, signal);
  expect(sent).toMatchObject({ isTaken: true, conversation: "chat" });
  const told: string[] = [];
  const stream = await sent.read({ signal, onFact: ({ kind }) => told.push(kind) }).ended;
  expect(textOf(stream)).toMatch(/^I'm sorry to hear about your injury\. .* ask me for help with this!$/s);
  expect(told).toEqual(stream.facts.map(({ kind }) => kind));
  expect(stream.end).toBe("closed");
  expect(lastFact(stream, "usage")).toMatchObject({ prompt: 14, completion: 73 });
  expect(lastFact(stream, "timings")?.timings.prompt_ms).toBeCloseTo(774.37, 1);
  expect(stream.facts.at(-1)).toMatchObject({ kind: "done", reason: "stop" });
  const kinds = stream.facts.map(({ kind }) => kind);
  expect(kinds.indexOf("title"), "it asks for a title first").toBeGreaterThan(-1);
  expect(kinds.indexOf("title")).toBeLessThan(kinds.indexOf("text"));
  const { body, token } = there.asked.at(-1) ?? {};
  expect(token).toBe("Bearer recorded-token");
  expect(body).toMatchObject({
    ...{ session_id: "recorded-sid", id: sent.reply, parent_id: null, params: { num_predict: 12 } },
    user_message: { id: sent.message, content: "Say hello", childrenIds: [sent.reply] },
  });
  expect(body).not.toHaveProperty("chat_id");
  expect(body).not.toHaveProperty("background_tasks");
});

test("what its page asks for beside the reply is asked for where that is wanted", async () => {
  const message = { place: PLACE, conversation: null, text: "Say hello", asksAsPage: true };
  await (await chat.send(message, signal)).read({ signal }).ended;
  const { body } = there.asked.at(-1) ?? {};
  expect(body).toMatchObject({ background_tasks: { title_generation: true, follow_up_generation: true } });
});

test("a next message follows the reply that is shown, and one that is stopped ends as cancelled", async () => {
  const sent = await chat.send({ place: PLACE, conversation: "chat", text: "ReportProblem more" }, signal);
  const stream = await sent.read({ signal }).ended;
  expect(stream.facts).toMatchObject([{ kind: "done", reason: "cancelled" }]);
  const shown = (await chat.rows("chat", signal)).at(-1)?.message_id;
  expect(there.asked.find(({ request }) => request.startsWith("POST /api/chat/"))?.body).toMatchObject({
    ...{ chat_id: "chat", parent_id: shown, user_message: { parentId: shown } },
  });
  const stopped = await chat.cancel({ conversation: "chat" }, signal);
  expect(stopped).toMatchObject({ request: "POST /api/tasks/chat/chat/stop", status: 200 });
});

test("its rows are the way from the current message up, and only what it tells of each", async () => {
  const rows = await chat.rows("chat", signal);
  expect(rows.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  const [asked, reply, , stopped] = rows;
  expect(asked).toMatchObject({ content: "Say hello in three words", session_id: "chat" });
  expect(reply).toMatchObject({ model_name: "smol-tools:135m", usage: { total_tokens: 87 } });
  // That a reply is done is told, and not whether somebody stopped it.
  expect(reply).not.toHaveProperty("status");
  expect(stopped).toMatchObject({ content: "", status: "streaming" });
});

test("a chat that is not there is told in its own words", async () => {
  await expect(chat.rows("nowhere", signal)).rejects.toThrow(
    "GET /api/v1/chats/nowhere answered 401: not here",
  );
});

test("leaving a reply hangs up, and says so", async () => {
  const sent = await chat.send({ place: PLACE, conversation: "chat", text: "Wait" }, signal);
  const reading = sent.read({ signal });
  reading.leave();
  expect(await reading.ended).toMatchObject({ end: "given-up", facts: [] });
});

test("a connection that is lost before the end is told as cut", async () => {
  const sent = await chat.send({ place: PLACE, conversation: "chat", text: "Wait" }, signal);
  const reading = sent.read({ signal });
  there.hangUp();
  expect(await reading.ended).toMatchObject({ end: "cut" });
});
