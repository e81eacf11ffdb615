import { expect, test } from "vitest";
import { chooseModels } from "../../src/trace/match-listed-models.ts";

const engine = (...listed: string[]) => ({ listed, isNamed: true, isEngine: true });
const front = (...listed: string[]) => ({ listed, isNamed: true, isEngine: false });
const mute = (...listed: string[]) => ({ listed, isNamed: false, isEngine: false });
const none = { given: undefined, configured: "llama3.1:8b" };

test.each<[string, Parameters<typeof chooseModels>, (string | null)[]]>([
  [
    "the configured one, where all list it",
    [[engine("a", "llama3.1:8b"), front("llama3.1:8b")], none],
    ["llama3.1:8b", "llama3.1:8b"],
  ],
  ["else the engine's first that all list", [[engine("a", "b", "c"), front("c", "b")], none], ["b", "b"]],
  ["each by its own name", [[engine("b:latest"), front("ollama/b")], none], ["b:latest", "ollama/b"]],
  ["the others', where a hop lists none", [[engine("a"), front(), front()], none], ["a", "a", "a"]],
  ["the front's, where the engine lists none", [[engine(), front("a")], none], ["a", "a"]],
  ["each its own, where none is common", [[engine("a", "b"), front("x", "y")], none], ["a", "x"]],
  [
    "of one family, where the front's is an alias",
    [[engine("smol-think:135m", "smollm2:135m"), front("smollm2", "smollm2-openai")], none],
    ["smollm2:135m", "smollm2"],
  ],
  ["what is given, listed or not", [[engine("a"), front("x")], { ...none, given: "z" }], ["z", "z"]],
  [
    "of the engine one that it has, where what is given is an alias",
    [[engine("a"), front("x")], { ...none, given: "x" }],
    ["a", "x"],
  ],
  [
    "what is given, of a front that does not list it",
    [[engine("a"), front("x")], { ...none, given: "a" }],
    ["a", "a"],
  ],
  ["none, where nobody tells of any", [[engine(), front()], none], [null, null]],
  ["what is given, where nobody tells of any", [[engine(), front()], { ...none, given: "z" }], ["z", "z"]],
  ["the only one that a hop without a word for it can take", [[engine("a"), mute()], none], ["a", "a"]],
  [
    "the one that is configured for it",
    [[engine("a", "b"), mute()], { ...none, configured: "b" }],
    ["b", "b"],
  ],
  ["not told, where it may take any", [[engine("a", "b"), mute()], none], ["a", null]],
])("%s", (_, [hops, wish], expected) => {
  expect(chooseModels(hops, wish)).toEqual(expected);
});
