import { expect, test } from "vitest";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import type { Message } from "../../src/contract/hmi-schemas.ts";
import { replySummary } from "../../web/chat-selectors.ts";
import { type ChatState, INITIAL_STATE } from "../../web/chat-state.ts";
import { contextUse, costText, spendingOf } from "../../web/context-usage.ts";
import { models, profile, reply, user } from "./rows.ts";

const PAID = models({ context_window: 100, cost_per_1m_input: 10, cost_per_1m_output: 30 }).models;
const MODEL = "llama3.1:8b";

/** A conversation with a model that is loaded with this window. */
function talk(
  messages: readonly Message[],
  window: number | null,
  fields: Partial<ChatState> = {},
): ChatState {
  const list = models({ context_window: 131_072, window_in_force: window });
  return { ...INITIAL_STATE, models: list.models, defaultModel: MODEL, messages, ...fields };
}

test("the context holds the last prompt and its reply, of the window that is in force", () => {
  const use = contextUse(talk([user("a"), reply("b"), user("c")], 100));
  expect(use).toMatchObject({ used: 7, window: 100, percent: 7 });
});

test("the profile's own num_ctx is in force, whatever the model is loaded with", () => {
  const profiles = [profile({ settings: { options: { num_ctx: 70 } } })];
  expect(contextUse(talk([reply("b")], 100, { profiles, modelId: 184 }))).toMatchObject({
    window: 70,
    percent: 10,
  });
});

test("the context is nearly full before anything is left out of a prompt", () => {
  const isNearlyFull = (total_tokens: number): boolean | undefined => {
    const usage = { prompt_tokens: total_tokens, completion_tokens: 0, total_tokens };
    return contextUse(talk([reply("b", { usage })], 100))?.isNearlyFull;
  };
  expect([60, 61, LIMITS.promptShare * 100, 500].map(isNearlyFull)).toEqual([false, true, true, true]);
});

test("nothing is said of a context that nobody knows", () => {
  expect(contextUse(talk([reply("b")], null))).toBeNull();
  expect(contextUse(talk([user("a")], 100))).toBeNull();
  expect(contextUse(talk([reply("b")], 100, { defaultModel: null }))).toBeNull();
});

test("a conversation costs what its replies cost, each at its model's price", () => {
  const rows = [user("a"), reply("b"), reply("c", { model_name: "gone:1b" })];
  expect(spendingOf(rows, PAID)).toEqual({
    promptTokens: 10,
    completionTokens: 4,
    cost: (5 * 10 + 2 * 30) / 1e6,
  });
});

test("a reply says what it cost, unless it was free", () => {
  expect(replySummary([reply("b")], 0, PAID)).toBe("2 tokens · $0.0001");
  expect(replySummary([reply("b")], 0, models().models)).toBe("2 tokens");
});

test.each([
  [0, "free"],
  [0.00001, "under $0.0001"],
  [0.0042, "$0.0042"],
  [12.345, "$12.35"],
])("%d dollars are told as %s", (cost, text) => {
  expect(costText(cost)).toBe(text);
});
