import { describe, expect, test } from "vitest";
import type { EngineRequest } from "../../../src/services/gateway/engine-request.ts";
import {
  chunk,
  type OpenAiAsked,
  sendEvents,
  startOpenAiEngine,
  USAGE_AND_DONE,
} from "../../support/openai-engine.ts";
import { REQUEST, replyOf } from "../../support/openai-reply.ts";

/** What a request becomes on this wire. */
async function askedBy(request: Partial<EngineRequest>, apiKey?: string): Promise<OpenAiAsked> {
  const engine = await startOpenAiEngine((response) =>
    sendEvents(response, chunk({ content: "a" }, { finish_reason: "stop" }) + USAGE_AND_DONE),
  );
  const { error } = await replyOf(
    engine.url,
    { ...REQUEST, ...request },
    apiKey === undefined ? {} : { apiKey },
  );
  expect(error).toBeUndefined();
  const [asked] = engine.asked;
  if (asked === undefined) throw new Error("nothing was asked");
  return asked;
}

describe("a request", () => {
  test("is a streaming chat completion with usage, and nothing that was not asked for", async () => {
    const { path, authorization, body } = await askedBy({});
    expect({ path, authorization, body }).toEqual({
      path: "/v1/chat/completions",
      authorization: undefined,
      body: {
        model: "m",
        messages: [{ role: "user", content: "Hi" }],
        stream: true,
        stream_options: { include_usage: true },
      },
    });
  });

  test("shows the key", async () => {
    expect((await askedBy({}, "sk-1")).authorization).toBe("Bearer sk-1");
  });

  test("names options as this wire does, and leaves out what it has no name for", async () => {
    const options = {
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      stop: ["\n"],
      presence_penalty: 1,
      frequency_penalty: 0.5,
      num_predict: 12,
      num_ctx: 4096,
      top_k: 3,
    };
    const {
      model: _,
      messages: __,
      stream: ___,
      stream_options: ____,
      ...sent
    } = (await askedBy({ options })).body;
    expect(sent).toEqual({
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      stop: ["\n"],
      presence_penalty: 1,
      frequency_penalty: 0.5,
      max_tokens: 12,
    });
  });

  test.each([0, -1, -2])("names no limit where num_predict %i is none", async (num_predict) => {
    expect((await askedBy({ options: { num_predict } })).body).not.toHaveProperty("max_tokens");
  });

  test.each([
    [false, "none", false],
    [true, "medium", true],
    ["high", "high", true],
  ] as const)(
    "says think %s in the ways that there are",
    async (think, reasoning_effort, enable_thinking) => {
      const { body } = await askedBy({ think });
      expect(body).toMatchObject({ reasoning_effort, chat_template_kwargs: { enable_thinking } });
    },
  );

  test("has pictures as data URLs of what they are", async () => {
    const images = ["iVBORw0KGgo=", "/9j/4AAQ", "R0lGODlh", "UklGRg=="];
    const { body } = await askedBy({ messages: [{ role: "user", content: "What is it?", images }] });
    const url = (type: string, data: string) => ({
      type: "image_url",
      image_url: { url: `data:image/${type};base64,${data}` },
    });
    expect(body["messages"]).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What is it?" },
          url("png", "iVBORw0KGgo="),
          url("jpeg", "/9j/4AAQ"),
          url("gif", "R0lGODlh"),
          url("webp", "UklGRg=="),
        ],
      },
    ]);
  });
});

describe("a server that does not know how thinking is turned off", () => {
  const refusing = () =>
    startOpenAiEngine((response, { body }) => {
      if (!("reasoning_effort" in body))
        return sendEvents(response, chunk({ content: "a" }) + USAGE_AND_DONE);
      const message =
        "litellm.UnsupportedParamsError: ollama_chat does not support parameters: ['reasoning_effort']";
      return response.writeHead(400).end(JSON.stringify({ error: { message, type: "None", code: "400" } }));
    });

  test("is asked again without it", async () => {
    const { url, asked } = await refusing();
    const { text, error } = await replyOf(url, { ...REQUEST, think: false });
    expect({ text, error }).toEqual({ text: "a", error: undefined });
    expect(asked).toHaveLength(2);
    expect(asked[1]?.body).not.toHaveProperty("chat_template_kwargs");
  });

  test("is not able to think", async () => {
    const { url, asked } = await refusing();
    expect((await replyOf(url, { ...REQUEST, think: "low" })).error).toMatchObject({ code: "not_able" });
    expect(asked).toHaveLength(1);
  });
});
