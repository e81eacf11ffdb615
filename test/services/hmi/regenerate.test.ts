import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Message } from "../../../src/contract/hmi-schemas.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { engineLine, FINAL_LINE, startFakeEngine } from "../../support/gateway.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";

async function say(stack: TestStack, body: object): Promise<string> {
  const { sent, reader } = await stack.send(body);
  await reader.ended;
  return sent.session_id;
}

test("the last message is answered again: its row stays, its reply is another", async () => {
  const stack = await startTestStack();
  const session_id = await say(stack, { message: "Count to 2" });
  await say(stack, { message: "Count to 3", session_id });
  const before = await stack.messages(session_id);
  const { status, json } = await stack.regenerate(session_id);
  expect(status).toBe(200);
  expect(json).toEqual({
    status: "ok",
    session_id,
    message_id: before[2]?.message_id,
    assistant_message_id: expect.any(String),
    agent_id: "architect",
    streaming: true,
  });
  const reader = await stack.stream(session_id);
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(reader.ids[0]).toBe(`${json.assistant_message_id}:0.0.0`);
  const after = await stack.messages(session_id);
  expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
  expect(after.slice(3)).toMatchObject([
    { message_id: json.assistant_message_id, role: "assistant", content: "1, 2, 3", status: "complete" },
  ]);
  expect(json.assistant_message_id).not.toBe(before[3]?.message_id);
});

test("the engine is asked as the first time, without the reply that is replaced", async () => {
  const stack = await startTestStack();
  const session_id = await say(stack, { message: "Count to 2" });
  await say(stack, { message: "Count to 3", session_id });
  await stack.regenerate(session_id);
  await (await stack.stream(session_id)).ended;
  const [, second, third] = await stack.generations();
  expect(third?.messages).toEqual(second?.messages);
});

test("it is asked of the given model, else of the same as before", async () => {
  const stack = await startTestStack();
  const session_id = await say(stack, { message: "Hi", model: "phi3:mini" });
  for (const body of [{}, { model: "qwen2.5-coder:7b" }, {}]) {
    await stack.regenerate(session_id, body);
    await (await stack.stream(session_id)).ended;
  }
  expect((await stack.generations()).map(({ model }) => model)).toEqual([
    "phi3:mini",
    "phi3:mini",
    "qwen2.5-coder:7b",
    "qwen2.5-coder:7b",
  ]);
});

test("while a reply runs it is 409, and the reply goes on", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10 });
  const { sent, reader } = await stack.send({ message: "Count to 9" });
  expect(await stack.regenerate(sent.session_id)).toMatchObject({
    status: 409,
    json: { error: { code: "generation_in_progress" } },
  });
  await reader.ended;
  expect(reader.text).toBe("1, 2, 3, 4, 5, 6, 7, 8, 9");
  expect(await stack.messages(sent.session_id)).toHaveLength(2);
});

test("twice at once, one is taken", async () => {
  const stack = await startTestStack({ tokenDelayMs: 5 });
  const session_id = await say(stack, { message: "Count to 5" });
  const answers = await Promise.all([stack.regenerate(session_id), stack.regenerate(session_id)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  await (await stack.stream(session_id)).ended;
  expect(await stack.messages(session_id)).toHaveLength(2);
  expect(await stack.generations()).toHaveLength(2);
});

test("where nothing was said yet there is nothing to answer; an unknown conversation is 404", async () => {
  const stack = await startTestStack();
  const { session_id } = await stack.newSession();
  const answers = [await stack.regenerate(session_id), await stack.regenerate("999")];
  expect(answers.map(({ status, json }) => [status, json.error.code])).toEqual([
    [409, "nothing_to_regenerate"],
    [404, "conversation_not_found"],
  ]);
});

test("a cancelled reply is replaced, and so is a failed one", async () => {
  let isUp = false;
  const engineUrl = await startFakeEngine((_, response) => {
    if (isUp) response.end('{"message":{"content":"Hello"},"done":true}\n');
    else response.writeHead(500).end('{"error":"no"}');
  });
  const stack = await startTestStack({ engineUrl });
  const session_id = await say(stack, { message: "Hi" });
  isUp = true;
  await stack.regenerate(session_id);
  await (await stack.stream(session_id)).ended;
  expect(await stack.messages(session_id)).toMatchObject([
    { content: "Hi" },
    { content: "Hello", status: "complete", error: null },
  ]);
});

test("it can be cancelled, and answered again after that", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20 });
  const { sent, reader } = await stack.send({ message: "Count to 100" });
  await stack.cancel(sent.session_id);
  await reader.ended;
  const again = (await stack.regenerate(sent.session_id)).json;
  expect((await stack.cancel(sent.session_id)).json).toMatchObject({
    status: "cancelled",
    message_id: again.assistant_message_id,
  });
  expect((await stack.regenerate(sent.session_id)).status).toBe(200);
  await stack.cancel(sent.session_id);
  expect(await stack.messages(sent.session_id)).toMatchObject([{ role: "user" }, { status: "cancelled" }]);
  await eventually(async () =>
    expect((await stack.generations()).filter(({ ended }) => ended === "running")).toEqual([]),
  );
});

test("the same client_message_id after that is the new reply", async () => {
  const stack = await startTestStack();
  const body = { message: "Count to 5", client_message_id: "key" };
  const first = (await stack.post(body)).json;
  await (await stack.stream(first.session_id)).ended;
  const second = (await stack.regenerate(first.session_id)).json;
  await (await stack.stream(first.session_id)).ended;
  expect((await stack.post(body)).json).toEqual(second);
});

test("who comes back to the earlier reply gets the rest of that one", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Count to 5" });
  await reader.ended;
  await stack.regenerate(sent.session_id);
  await (await stack.stream(sent.session_id)).ended;
  const seen = reader.ids[3] ?? "";
  const back = await stack.stream(sent.session_id, { "last-event-id": seen });
  await back.ended;
  const [, text] = /(\d+)$/.exec(seen) ?? [];
  expect(back.text).toBe("1, 2, 3, 4, 5".slice(Number(text)));
  expect(back.ids.every((id) => id.startsWith(`${sent.assistant_message_id}:`))).toBe(true);
});

/** A stack whose engine says the first reply, and of every later one what the test says. */
async function startAnswered(later: (response: ServerResponse) => void) {
  let asked = 0;
  const engineUrl = await startFakeEngine((_, response) => {
    asked += 1;
    if (asked === 1) response.end(engineLine("Good") + FINAL_LINE);
    else later(response);
  });
  const storePath = join(tempFolder(), "chat.db");
  const stack = await startTestStack({ engineUrl, storePath });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  return { stack, sent, storePath, before: await stack.messages(sent.session_id) };
}

test("one that fails leaves the earlier reply as it was, and tells its reader", async () => {
  const { stack, sent, before } = await startAnswered((response) =>
    response.writeHead(500).end('{"error":"no"}'),
  );
  const { json } = await stack.regenerate(sent.session_id);
  const reader = await stack.stream(sent.session_id, {}, json.assistant_message_id);
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "error" });
  expect(await stack.messages(sent.session_id)).toEqual(before);
});

test("one that is cancelled is shown with what it has said, and the earlier reply is a version beside it", async () => {
  const { stack, sent, before } = await startAnswered((response) => response.write(engineLine("Half")));
  const { json } = await stack.regenerate(sent.session_id);
  const reader = await stack.stream(sent.session_id);
  await eventually(() => expect(reader.text).toBe("Half"));
  expect((await stack.cancel(sent.session_id, json.assistant_message_id)).json).toMatchObject({
    status: "cancelled",
    message_id: json.assistant_message_id,
  });
  await reader.ended;
  const versions = [sent.assistant_message_id, json.assistant_message_id];
  const [, after] = await stack.messages(sent.session_id);
  expect(after).toMatchObject({ content: "Half", status: "cancelled", versions });
  expect((await stack.choose(sent.session_id, sent.assistant_message_id)).json.messages).toEqual([
    before[0],
    { ...before[1], versions },
  ]);
  expect((await stack.cancel(sent.session_id, json.assistant_message_id)).json.status).toBe("idle");
});

test("one that is cancelled before it has said a word leaves the earlier reply as it was", async () => {
  const { stack, sent, before } = await startAnswered((response) => response.flushHeaders());
  await stack.regenerate(sent.session_id);
  const reader = await stack.stream(sent.session_id);
  expect((await stack.cancel(sent.session_id)).json.status).toBe("cancelled");
  await reader.ended;
  expect(await stack.messages(sent.session_id)).toEqual(before);
});

test("one that was cut off with its HMI leaves the earlier reply shown", async () => {
  const { stack, sent, before, storePath } = await startAnswered((response) =>
    response.write(engineLine("Half")),
  );
  await stack.regenerate(sent.session_id);
  await stack.close();
  const next = await startTestStack({ storePath });
  const bare = (rows: readonly Message[]) => rows.map((row) => ({ ...row, versions: [] }));
  await eventually(async () => expect(bare(await next.messages(sent.session_id))).toEqual(bare(before)));
});

test("only the reply that is meant is answered again", async () => {
  const stack = await startTestStack();
  const first = await stack.send({ message: "Count to 2" });
  await first.reader.ended;
  const { session_id } = first.sent;
  const second = await stack.send({ message: "Count to 3", session_id });
  await second.reader.ended;
  const before = await stack.messages(session_id);
  for (const message_id of [first.sent.message_id, first.sent.assistant_message_id]) {
    expect(await stack.regenerate(session_id, { message_id })).toMatchObject({
      status: 409,
      json: { error: { code: "message_superseded" } },
    });
  }
  const other = (await stack.post({ message: "Hi" })).json;
  for (const message_id of ["999", other.message_id]) {
    expect(await stack.regenerate(session_id, { message_id })).toMatchObject({
      status: 404,
      json: { error: { code: "message_not_found" } },
    });
  }
  expect(await stack.messages(session_id)).toEqual(before);
  for (const message_id of [second.sent.assistant_message_id, second.sent.message_id]) {
    expect((await stack.regenerate(session_id, { message_id })).status).toBe(200);
    await (await stack.stream(session_id)).ended;
  }
});
