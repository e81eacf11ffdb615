import { expect, test } from "vitest";
import { contextUse, costText, spendingOf } from "../../web/usage.ts";
import { replySummary } from "../../web/view.ts";
import { models, reply, user } from "./rows.ts";

const PAID = models({ context_window: 100, cost_per_1m_input: 10, cost_per_1m_output: 30 }).models;
const MODEL = "llama3.1:8b";

test("the context holds the last prompt and its reply", () => {
  expect(contextUse([user("a"), reply("b"), user("c")], PAID, MODEL)).toMatchObject({ used: 7, percent: 7 });
});

test("the context is nearly full above 80 %", () => {
  const isNearlyFull = (total_tokens: number): boolean | undefined => {
    const usage = { prompt_tokens: total_tokens, completion_tokens: 0, total_tokens };
    return contextUse([reply("b", { usage })], PAID, MODEL)?.isNearlyFull;
  };
  expect([80, 81, 500].map(isNearlyFull)).toEqual([false, true, true]);
});

test("nothing is said of a context that nobody knows", () => {
  expect(contextUse([reply("b")], models().models, MODEL)).toBeNull();
  expect(contextUse([user("a")], PAID, MODEL)).toBeNull();
  expect(contextUse([reply("b")], PAID, null)).toBeNull();
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
