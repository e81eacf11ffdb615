import { expect, test } from "vitest";
import { type ChatState, INITIAL_STATE } from "../../web/chat-state.ts";
import { reduce } from "../../web/reduce-chat.ts";
import { speedDetails, speedText, thinkingTime } from "../../web/reply-timing.ts";
import { thinkFor, thinkOptions } from "../../web/think-options.ts";
import { models, reply } from "./rows.ts";

const TIMINGS = { queue_ms: 0, load_ms: 600, prompt_ms: 230, reply_ms: 4000, tokens_per_second: 44.7 };

test("a reply says how fast it was, by the engine's own figures", () => {
  expect(speedText(reply("a", { timings: TIMINGS }))).toBe("45 tokens/s · first after 0.8 s");
  expect(speedText(reply("a", { timings: { ...TIMINGS, tokens_per_second: 3.21 } }))).toMatch(
    /^3\.2 tokens\/s/,
  );
  expect(speedText(reply("a", { timings: { ...TIMINGS, load_ms: null, prompt_ms: 20 } }))).toMatch(/20 ms$/);
  expect(speedText(reply("a", { timings: { ...TIMINGS, prompt_ms: null } }))).toBe("45 tokens/s");
  expect(speedText(reply("a", { timings: { ...TIMINGS, load_ms: 0.1, prompt_ms: 0.1 } }))).toMatch(
    /first at once$/,
  );
  expect(speedText(reply("a"))).toBe("");
  expect(speedText(reply("", { timings: TIMINGS }))).toBe("");
  expect(speedDetails(reply("a", { timings: TIMINGS }))).toBe(
    "0.6 s loading the model\n0.2 s reading the prompt\n4.0 s writing the reply",
  );
});

test("thinking takes from the first thought to the first word", () => {
  let state: ChatState = { ...INITIAL_STATE, messages: [reply("", { status: "streaming", usage: null })] };
  const came = (at: number, type: "thinking" | "token") => {
    state = reduce(state, { type: "reply_continued", events: [{ type, content: "a" }], at });
    return state.messages.at(-1);
  };
  expect(came(1000, "thinking")).toMatchObject({ thinkingSince: 1000 });
  came(2000, "thinking");
  expect(came(4500, "token")).toMatchObject({ thinking_ms: 3500 });
  expect(came(6000, "thinking")).toMatchObject({ thinking_ms: 3500 });
  expect(came(9000, "token")).toMatchObject({ thinking_ms: 3500 });
});

test("the clock of a reply that is opened among its thoughts goes on from what was measured", () => {
  const begun = reply("", { status: "streaming", usage: null, thinking: "Hm", thinking_ms: 2500 });
  let state: ChatState = { ...INITIAL_STATE, messages: [begun] };
  state = reduce(state, {
    type: "reply_continued",
    events: [{ type: "thinking", content: "!" }],
    at: 10_000,
  });
  expect(state.messages.at(-1)).toMatchObject({ thinkingSince: 7500 });
  const done = { type: "done", finish_reason: "cancelled" } as const;
  state = reduce(state, { type: "reply_continued", events: [done], at: 11_000 });
  expect(state.messages.map(thinkingTime)).toEqual([{ ms: 3500, isEstimated: false }]);
});

test("where nobody measured it the time of thinking is that of its tokens, or of its share in the text", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 60, total_tokens: 61, thinking_tokens: 50 };
  const timings = { ...TIMINGS, tokens_per_second: 25 };
  const thinking = "Hm.".repeat(10);
  const time = (fields: Parameters<typeof reply>[1]) => thinkingTime(reply("0123456789", fields));
  expect(time({ thinking, usage, timings })).toEqual({ ms: 2000, isEstimated: false });
  expect(time({ thinking, timings })).toEqual({ ms: 3000, isEstimated: true });
  expect(time({ thinking, timings: { ...timings, reply_ms: null } })).toBeNull();
  expect(time({ timings })).toBeNull();
  expect(time({})).toBeNull();
});

test("thinking is chosen where a model can, by level where it takes one", () => {
  const model = (model_id: string, capabilities: string[] | null) => {
    const [first] = models({ model_id, capabilities }).models;
    return first;
  };
  const labels = (...args: Parameters<typeof model>) =>
    thinkOptions(model(...args)).map(({ label }) => label);
  expect(labels("llama3.1:8b", ["completion"])).toEqual([]);
  expect(labels("a", null)).toEqual([]);
  expect(labels("qwen3:8b", ["thinking"])).toEqual(["Thinking: as set", "Thinking: on", "Thinking: off"]);
  expect(labels("gpt-oss:20b", ["thinking"])).toContain("Thinking: high");
  expect(thinkFor(model("gpt-oss:20b", ["thinking"]), false)).toBeNull();
  expect(thinkFor(model("qwen3:8b", ["thinking"]), false)).toBe(false);
});
