import { expect, test } from "vitest";
import { profileContext } from "../../../src/checks/model-conversation/model-conversation-context.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { exchange, generalExchange, generation, judge } from "./evidence.ts";

const profiles = [
  { modelId: 184, canary: "the word of 184" },
  { modelId: 185, canary: "the word of 185" },
];

const BOTH = "the word of 184, the word of 185";

test("holds where each prompt has its own profile's word alone", () => {
  expect(judge(profileContext, { exchanges: [exchange(), generalExchange()], profiles })).toEqual({
    verdict: "holds",
    seen: "prompts at the engine, each with its own context: 2",
  });
});

test.each([
  ["the context is missing", [generation("You help.")], "a prompt with no profile's context"],
  ["it is another's", [generation("the word of 185")], "a prompt with the context of profile 185"],
  ["another's is there too", [generation(BOTH)], "a prompt with the context of profile 184 and 185"],
  ["no prompt came", [], "no prompt reached the engine"],
  ["prompts could not be seen", undefined, "no prompt reached the engine"],
])("broken where %s", (_, generations, found) => {
  expect(judge(profileContext, { exchanges: [exchange({ generations })], profiles })).toMatchObject({
    verdict: "broken",
    expected: "a prompt with the context of profile 184",
    found,
    rows: generations ?? [],
  });
});

test("broken where a general message is given a profile's context", () => {
  const exchanges = [generalExchange({ generations: [generation("the word of 184")] })];
  expect(judge(profileContext, { exchanges, profiles })).toMatchObject({
    verdict: "broken",
    expected: "a prompt with no profile's context",
    found: "a prompt with the context of profile 184",
  });
});

test("no verdict without exchanges", () => {
  expect(() => judge(profileContext, { exchanges: [], profiles })).toThrow(CouldNotRun);
});
