import { describe, expect, test } from "vitest";
import {
  chunk,
  dataEvent,
  sendEvents,
  startOpenAiEngine,
  USAGE_AND_DONE,
} from "../../support/openai-engine.ts";
import { openAiClientOf, REQUEST, type Reply, replyOf } from "../../support/openai-reply.ts";
import { eventually } from "../../support/streams.ts";

/** What comes of these events. */
async function replyTo(events: string): Promise<Reply> {
  const { url } = await startOpenAiEngine((response) => sendEvents(response, events));
  return await replyOf(url);
}

describe("a reply", () => {
  const ended = chunk({}, { finish_reason: "stop" });
  const usage = (fields: object) => dataEvent({ choices: [], usage: fields });
  const done = dataEvent("[DONE]");

  test.each(["reasoning_content", "reasoning"])("has thoughts by the name %s", async (name) => {
    const events = chunk({ role: "assistant", content: null, [name]: "Hm." }) + chunk({ content: "a" });
    expect(await replyTo(events + ended + USAGE_AND_DONE)).toMatchObject({ thoughts: "Hm.", text: "a" });
  });

  test("has its thoughts once where a server sends them under both names", async () => {
    const events = chunk({ reasoning: "Hm.", reasoning_content: "Hm." }) + chunk({ content: "a" });
    expect(await replyTo(events + ended + USAGE_AND_DONE)).toMatchObject({ thoughts: "Hm.", text: "a" });
  });

  test.each([
    [
      "in a chunk without choices",
      dataEvent({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }),
    ],
    [
      "in a chunk with an empty delta",
      chunk({}, { id: "other", usage: { prompt_tokens: 3, completion_tokens: 2 } }),
    ],
  ])("has its usage %s, after the reason why it ends", async (_, counted) => {
    const { final } = await replyTo(chunk({ content: "a" }) + ended + counted + done);
    expect(final).toEqual({ finishReason: "stop", promptTokens: 3, completionTokens: 2, timings: null });
  });

  test("has the last usage where a server tells it with every chunk", async () => {
    const counted = (completion_tokens: number) => ({ usage: { prompt_tokens: 3, completion_tokens } });
    const { final } = await replyTo(
      chunk({ content: "a" }, counted(1)) +
        chunk({ content: "b" }, counted(2)) +
        ended +
        usage({ ...counted(2).usage }) +
        done,
    );
    expect(final).toMatchObject({ promptTokens: 3, completionTokens: 2 });
  });

  test("counts nothing where the server counted nothing", async () => {
    const { final } = await replyTo(chunk({ content: "a" }) + ended + done);
    expect(final).toMatchObject({ promptTokens: null, completionTokens: null });
  });

  test("tells which tokens were thoughts, and llama.cpp's own figures", async () => {
    const figures = {
      prompt_n: 3,
      prompt_ms: 10.5,
      predicted_n: 2,
      predicted_ms: 40,
      predicted_per_second: 50,
    };
    const details = {
      prompt_tokens: 3,
      completion_tokens: 9,
      completion_tokens_details: { reasoning_tokens: 7 },
    };
    const { final } = await replyTo(
      chunk({ content: "a" }) + ended + dataEvent({ choices: [], usage: details, timings: figures }) + done,
    );
    expect(final).toEqual({
      finishReason: "stop",
      promptTokens: 3,
      completionTokens: 9,
      thinkingTokens: 7,
      timings: { queue_ms: null, load_ms: null, prompt_ms: 10.5, reply_ms: 40, tokens_per_second: 50 },
    });
  });

  test.each([
    ["length", { finishReason: "length" }],
    ["tool_calls", { finishReason: "stop", why: "tool_calls" }],
    ["content_filter", { finishReason: "stop", why: "content_filter" }],
  ])("ends for the reason %s", async (finish_reason, expected) => {
    const { final } = await replyTo(chunk({ content: "a" }, { finish_reason }) + USAGE_AND_DONE);
    expect(final).toMatchObject(expected);
  });

  test("that called a tool says so, whatever it gives as its reason", async () => {
    const call = chunk({ tool_calls: [{ index: 0, function: { name: "f", arguments: "{}" } }] });
    expect((await replyTo(call + ended + done)).final).toMatchObject({ why: "tool_calls" });
  });

  test.each([
    ["a reason and no [DONE]", chunk({ content: "a" }) + ended],
    ["[DONE] and no reason", chunk({ content: "a" }) + done],
    ["events after [DONE]", chunk({ content: "a" }) + ended + done + chunk({ content: "b" })],
    [
      "comments, other line breaks and event names",
      `: ping\r\n\r\n: ping\n\nevent: message\r\n${chunk({ content: "a" })}${ended}${done}`,
    ],
  ])("is whole with %s", async (_, events) => {
    expect(await replyTo(events)).toMatchObject({
      text: "a",
      error: undefined,
      final: { finishReason: "stop" },
    });
  });

  test.each([
    ["stops without either", chunk({ content: "a" }), "stopped before its end"],
    ["is cut inside an event", `${chunk({ content: "a" })}data: {"choi`, "stopped before its end"],
    [
      "holds what is no JSON",
      `${chunk({ content: "a" })}data: Gateway Timeout\n\n`,
      "is not an event stream",
    ],
    [
      "fails in mid-reply as OpenAI's",
      chunk({ content: "a" }) + dataEvent({ error: { message: "out of memory", code: 500 } }),
      "failed in mid-reply: out of memory",
    ],
    [
      "fails in mid-reply as LM Studio's",
      `${chunk({ content: "a" })}event: error\n${dataEvent({ error: "out of memory" })}`,
      "failed in mid-reply: out of memory",
    ],
    [
      "fails in mid-reply as vLLM's",
      chunk({ content: "a" }) + dataEvent({ object: "error", message: "out of memory" }),
      "failed in mid-reply: out of memory",
    ],
  ])("that %s has failed, and keeps what came", async (_, events, says) => {
    const { text, final, error } = await replyTo(events);
    expect(text).toBe("a");
    expect(final).toBeUndefined();
    expect(error).toMatchObject({ code: "engine_error", message: expect.stringContaining(says) });
  });

  test("that is reset in mid-reply has failed, and keeps what came", async () => {
    const { url } = await startOpenAiEngine((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(chunk({ content: "a" }), () => response.socket?.resetAndDestroy());
    });
    const { text, error } = await replyOf(url);
    expect(text).toBe("a");
    expect(error).toMatchObject({
      code: "engine_error",
      message: expect.stringContaining("was cut off"),
      hint: expect.stringContaining("stack status"),
    });
  });

  test("has halves of characters put together again", async () => {
    const events = ["a\ud83c", "\udfdb", "b\ud83c"].map((content) => chunk({ content })).join("");
    expect((await replyTo(events + ended + done)).text).toBe("a🏛b\ufffd");
  });

  test("ends at its limit, with what fits", async () => {
    const { url } = await startOpenAiEngine((response) =>
      sendEvents(response, chunk({ reasoning: "1234" }) + chunk({ content: "567890" })),
    );
    const { text, thoughts, error } = await replyOf(url, REQUEST, { maxReplyChars: 8 });
    expect({ text, thoughts }).toEqual({ text: "5678", thoughts: "1234" });
    expect(error).toMatchObject({ code: "reply_too_long" });
  });

  test("that says nothing for ever ends at its limit", async () => {
    const { url } = await startOpenAiEngine((response) => sendEvents(response, ": ping\n".repeat(100)));
    expect((await replyOf(url, REQUEST, { maxReplyChars: 50 })).error).toMatchObject({
      code: "reply_too_long",
    });
  });

  test("that is aborted closes the connection", async () => {
    let isLeft = false;
    const { url } = await startOpenAiEngine((response) => {
      response.on("close", () => {
        isLeft = true;
      });
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(chunk({ content: "a" }));
    });
    const abort = new AbortController();
    const read = async () => {
      for await (const group of openAiClientOf(url).chat(REQUEST, abort.signal))
        if (group.length > 0) abort.abort();
    };
    await expect(read()).rejects.toMatchObject({ name: "AbortError" });
    await eventually(() => expect(isLeft).toBe(true));
  });
});
