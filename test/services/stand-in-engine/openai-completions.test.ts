import { once } from "node:events";
import { expect, test } from "vitest";
import { optionsAsText } from "../../../src/contract/options-as-text.ts";
import { call, onlyRecord, open, post, startTestEngine } from "./client.ts";

const PATH = "/v1/chat/completions";

/** A request, with what a test wants otherwise; directions go as text, which is all that this wire hands on. */
const asked = (fields: object = {}, directions: Record<string, unknown> = {}): object => ({
  model: "llama3.1:8b",
  messages: [
    { role: "system", content: optionsAsText(directions) },
    { role: "user", content: "Count to 5" },
  ],
  ...fields,
});

interface Chunk {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly { delta: Record<string, unknown>; finish_reason: string | null }[];
  readonly usage?: Record<string, number>;
}

/** The chunks of a stream, without its last word. */
const chunks = (stream: string): Chunk[] =>
  stream.split("\n\n").flatMap((event) => (event.startsWith("data: {") ? [JSON.parse(event.slice(6))] : []));
const textOf = (stream: string): string =>
  chunks(stream)
    .map(({ choices }) => choices[0]?.delta["content"] ?? "")
    .join("");

test("a stream is text with one id, its usage where it is asked for, and [DONE]", async () => {
  const body = asked({ stream: true, stream_options: { include_usage: true } });
  const { text, headers } = await post(await startTestEngine(), PATH, body);
  expect(headers["content-type"]).toBe("text/event-stream");
  expect(textOf(text)).toBe("1, 2, 3, 4, 5");
  expect(new Set(chunks(text).map(({ id }) => id)).size).toBe(1);
  const { prompt_tokens = 0, completion_tokens, total_tokens } = chunks(text).at(-1)?.usage ?? {};
  expect([completion_tokens, total_tokens]).toEqual([9, prompt_tokens + 9]);
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
});

test("without stream_options there is no usage, and without stream there is no stream", async () => {
  const engine = await startTestEngine();
  const { text } = await post(engine, PATH, asked({ stream: true }));
  expect(chunks(text).some(({ usage }) => usage !== undefined)).toBe(false);
  const whole = JSON.parse((await post(engine, PATH, asked())).text);
  expect(whole.choices[0]).toMatchObject({ message: { content: "1, 2, 3, 4, 5" }, finish_reason: "stop" });
  expect(whole.usage).toMatchObject({ completion_tokens: 9 });
});

test("it is recorded with what Ollama makes of it", async () => {
  const engine = await startTestEngine();
  const fields = { max_tokens: 3, temperature: 0.5, stop: "x", top_p: null };
  await post(engine, PATH, asked({ ...fields, messages: [{ role: "User", content: "Hi" }] }));
  expect(await onlyRecord(engine)).toMatchObject({
    endpoint: "completions",
    messages: [{ role: "user", content: "Hi" }],
    options: { num_predict: 3, temperature: 0.5, top_p: 1, stop: ["x"] },
    counted: { completion_tokens: 3 },
  });
});

test.each([{}, { reasoning_effort: "low" }, { reasoning: { effort: "high" } }])(
  "a thinking model tells its thoughts as reasoning, with %j",
  async (fields) => {
    const body = asked({ model: "qwen3:8b", ...fields }, { stand_in_thought: "Hm.", stand_in_reply: "Yes." });
    const { text } = await post(await startTestEngine(), PATH, body);
    expect(text).toContain('"message":{"role":"assistant","content":"Yes.","reasoning":"Hm."}');
  },
);

test("with an effort of none it does not think", async () => {
  const { text } = await post(
    await startTestEngine(),
    PATH,
    asked({ model: "qwen3:8b", reasoning_effort: "none" }),
  );
  expect(JSON.parse(text).choices[0].message).toEqual({ role: "assistant", content: "1, 2, 3, 4, 5" });
});

test("parts of a message are text and pictures", async () => {
  const url = `data:image/png;base64,${Buffer.from("a picture").toString("base64")}`;
  const content = [
    { type: "text", text: "Count to 3" },
    { type: "image_url", image_url: { url } },
  ];
  const body = { model: "gemma3:4b", messages: [{ role: "user", content }] };
  const { text } = await post(await startTestEngine(), PATH, body);
  expect(JSON.parse(text).choices[0].message.content).toMatch(/^I see 1 image: [0-9a-f]{12}\.\n\n1, 2, 3$/);
});

// Seen at the real one, whose runner was killed: the error becomes an empty chunk, and no [DONE] follows.
test("a failure in mid-stream is lost, as in Ollama", async () => {
  const directions = { stand_in_fail: "error", stand_in_fail_after: 3 };
  const { text } = await post(await startTestEngine(), PATH, asked({ stream: true }, directions));
  expect(chunks(text).at(-1)).toMatchObject({
    model: "",
    choices: [{ delta: { role: "assistant", content: "" }, finish_reason: null }],
  });
  expect(text).not.toContain("[DONE]");
});

test.each([
  [true, undefined],
  [false, expect.any(String)],
])("a failure before the first token has a status, streamed: %j", async (stream, length) => {
  const answer = await post(await startTestEngine(), PATH, asked({ stream }, { stand_in_fail: "error" }));
  expect(answer.status).toBe(500);
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.headers["content-length"]).toEqual(length);
  expect(JSON.parse(answer.text).error).toMatchObject({
    message: "the stand-in was told to fail",
    type: "api_error",
  });
});

test("a refusal says when to come again", async () => {
  const directions = { stand_in_status: 429, stand_in_retry_after: 7 };
  const answer = await post(await startTestEngine(), PATH, asked({}, directions));
  expect(answer).toMatchObject({ status: 429, headers: { "retry-after": "7" } });
  expect(JSON.parse(answer.text).error).toMatchObject({ message: "too many requests", type: "api_error" });
});

test("a client that leaves ends the generation", async () => {
  const engine = await startTestEngine({ tokenDelayMs: 3_600_000 });
  const chat = open(engine, { method: "POST", path: PATH }, JSON.stringify(asked({ stream: true })));
  await once(await chat.answered, "data");
  chat.leave();
  await expect.poll(() => onlyRecord(engine)).toMatchObject({ ended: "aborted", tokens_sent: 1 });
});

test("a model's name may be escaped in its path", async () => {
  const engine = await startTestEngine();
  const { text } = await call(engine, "GET", "/v1/models/llama3.1%3A8b");
  expect(JSON.parse(text)).toMatchObject({ id: "llama3.1:8b", object: "model" });
});
