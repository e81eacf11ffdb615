import { expect, test } from "vitest";
import { countTokens } from "../../../src/services/stand-in-engine/engine-tokens.ts";
import {
  fitToWindow,
  isTooLong,
  type PromptWindow,
} from "../../../src/services/stand-in-engine/prompt-window.ts";

const window = (contextLength: number, rest: Partial<PromptWindow> = {}): PromptWindow => ({
  contextLength,
  seesImages: false,
  contextTokens: 0,
  ...rest,
});
const words = (count: number, word = "word"): string => Array.from({ length: count }, () => word).join(" ");
const said = (role: string, content: string) => ({ role, content });

const CONVERSATION = [
  said("system", "Be kind"),
  said("user", words(10, "old")),
  said("assistant", words(10, "older")),
  said("user", words(5, "new")),
];

test("what fits is left as it is", () => {
  expect(fitToWindow(CONVERSATION, window(27))).toEqual({ messages: CONVERSATION, dropped: 0, tokens: 27 });
});

test.each([
  [26, ["system", "assistant", "user"], 1, 17],
  [16, ["system", "user"], 2, 7],
])("in %i tokens the oldest go, and system messages stay", (contextLength, roles, dropped, tokens) => {
  const fitted = fitToWindow(CONVERSATION, window(contextLength));
  expect(fitted.messages.map(({ role }) => role)).toEqual(roles);
  expect(fitted).toMatchObject({ dropped, tokens });
});

test("the last message stays, and loses what follows its first tokens", () => {
  const numbers = Array.from({ length: 20 }, (_, index) => index).join(" ");
  const [only] = fitToWindow([said("user", numbers)], window(8)).messages;
  expect(only?.content).toBe("0 1 2 3 16 17 18 19");
});

test("a prompt that was cut fills its window, whatever stood where", () => {
  const fitted = fitToWindow([said("system", words(30)), said("user", words(30))], window(20));
  expect(fitted.tokens).toBe(20);
  expect(fitted.messages.reduce((sum, { content }) => sum + countTokens(content), 0)).toBe(20);
  expect(fitted.messages.map(({ role }) => role)).toEqual(["system", "user"]);
});

test("a picture takes room where the model sees it", () => {
  const asked = [{ ...said("user", "What is this"), images: [Buffer.from("x")] }];
  expect(isTooLong(asked, window(700))).toBe(false);
  expect(isTooLong(asked, window(700, { seesImages: true }))).toBe(true);
  expect(fitToWindow(asked, window(1000, { seesImages: true })).tokens).toBe(771);
});

test("the tokens of an earlier context count", () => {
  expect(fitToWindow([said("user", words(3))], window(100, { contextTokens: 10 })).tokens).toBe(13);
  expect(isTooLong([said("user", words(3))], window(12, { contextTokens: 10 }))).toBe(true);
});
