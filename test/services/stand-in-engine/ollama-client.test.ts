/** The official client of Ollama against the stand-in. */
import { type ChatResponse, Ollama } from "ollama";
import { expect, test } from "vitest";
import type { StandInOptions } from "../../../src/services/stand-in-engine/start-stand-in.ts";
import { onlyRecord, startTestEngine } from "./client.ts";

const MODEL = "llama3.1:8b";
const messages = [{ role: "user", content: "Count to 5" }];

async function startClient(options?: StandInOptions) {
  const engine = await startTestEngine(options);
  return { engine, ollama: new Ollama({ host: engine.url }) };
}

test("version", async () => {
  const { ollama } = await startClient();
  expect(await ollama.version()).toEqual({ version: "0.23.0+stand-in" });
});

test("list", async () => {
  const { ollama } = await startClient();
  const { models } = await ollama.list();
  expect(models.map(({ name }) => name)).toEqual([
    MODEL,
    "qwen2.5-coder:7b",
    "phi3:mini",
    "qwen3:8b",
    "gemma3:4b",
  ]);
});

test("show", async () => {
  const { ollama } = await startClient();
  const shown = await ollama.show({ model: MODEL });
  expect(shown).toMatchObject({ details: { family: "llama" }, capabilities: ["completion", "tools"] });
});

test("ps tells of the model that was used", async () => {
  const { ollama } = await startClient();
  await ollama.generate({ model: MODEL, prompt: "" });
  expect((await ollama.ps()).models.map(({ name }) => name)).toEqual([MODEL]);
});

test("generate", async () => {
  const { ollama } = await startClient();
  const reply = await ollama.generate({ model: MODEL, prompt: "Count to 5", system: "Be kind." });
  expect(reply).toMatchObject({ response: "1, 2, 3, 4, 5", done: true, done_reason: "stop" });
});

test("generate, streamed", async () => {
  const { ollama } = await startClient();
  let text = "";
  for await (const part of await ollama.generate({ model: MODEL, prompt: "Count to 5", stream: true })) {
    text += part.response;
  }
  expect(text).toBe("1, 2, 3, 4, 5");
});

test("chat", async () => {
  const { ollama } = await startClient();
  const reply = await ollama.chat({ model: MODEL, messages });
  expect(reply.message).toEqual({ role: "assistant", content: "1, 2, 3, 4, 5" });
});

test("chat, streamed", async () => {
  const { ollama } = await startClient();
  const parts: ChatResponse[] = [];
  for await (const part of await ollama.chat({ model: MODEL, messages, stream: true })) parts.push(part);
  expect(parts.map(({ message }) => message.content).join("")).toBe("1, 2, 3, 4, 5");
  expect(parts.at(-1)).toMatchObject({ done: true, eval_count: 9 });
});

test("abort", async () => {
  const { engine, ollama } = await startClient({ tokenDelayMs: 5, replyTokens: 1000 });
  const read = async (): Promise<void> => {
    for await (const _ of await ollama.chat({ model: MODEL, messages, stream: true })) ollama.abort();
  };
  await expect(read()).rejects.toMatchObject({ name: "AbortError" });
  await expect.poll(() => onlyRecord(engine)).toMatchObject({ ended: "aborted" });
});

const UNKNOWN = { model: "nope:1b", prompt: "x", messages };

test.each([
  ["generate", (ollama: Ollama) => ollama.generate(UNKNOWN)],
  ["generate, streamed", (ollama: Ollama) => ollama.generate({ ...UNKNOWN, stream: true })],
  ["chat", (ollama: Ollama) => ollama.chat(UNKNOWN)],
  ["show", (ollama: Ollama) => ollama.show(UNKNOWN)],
])("%s of an unknown model is its error 404", async (_, call) => {
  const { ollama } = await startClient();
  await expect(call(ollama)).rejects.toMatchObject({
    name: "ResponseError",
    status_code: 404,
    message: "model 'nope:1b' not found",
  });
});

test("an option of the wrong type is its error 500", async () => {
  const { ollama } = await startClient();
  const options = { num_ctx: "4k" as unknown as number };
  await expect(ollama.chat({ model: MODEL, messages, options })).rejects.toMatchObject({
    status_code: 500,
    message: 'option "num_ctx" must be of type integer',
  });
});

test("chat with a model that thinks", async () => {
  const { ollama } = await startClient();
  const reply = await ollama.chat({ model: "qwen3:8b", messages, think: "high" });
  expect(reply.message.content).toBe("1, 2, 3, 4, 5");
  expect(reply.message.thinking).toContain("with effort high");
});

test("chat with a model that thinks, streamed: thoughts come before the text", async () => {
  const { ollama } = await startClient();
  const order: string[] = [];
  for await (const { message } of await ollama.chat({
    model: "qwen3:8b",
    messages,
    think: true,
    stream: true,
  })) {
    if (message.thinking) order.push("thought");
    if (message.content) order.push("text");
  }
  expect(order.join(" ")).toMatch(/^(?:thought )+(?:text ?)+$/);
});

test("chat with a model that sees", async () => {
  const { ollama } = await startClient();
  const asked = [{ role: "user", content: "Count to 3", images: [Buffer.from("a picture")] }];
  const reply = await ollama.chat({ model: "gemma3:4b", messages: asked });
  expect(reply.message.content).toMatch(/^I see 1 image: [0-9a-f]{12}\.\n\n1, 2, 3$/);
});

test("what a model cannot do, and a limit, are the client's errors", async () => {
  const { ollama } = await startClient();
  await expect(ollama.chat({ model: MODEL, messages, think: true })).rejects.toMatchObject({
    status_code: 400,
    error: '"llama3.1:8b" does not support thinking',
  });
  const options = { stand_in_status: 429 } as object;
  await expect(ollama.chat({ model: MODEL, messages, options })).rejects.toMatchObject({
    status_code: 429,
    error: "too many requests",
  });
});
