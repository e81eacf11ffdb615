import { expect, test } from "vitest";
import { apart } from "../../../src/checks/thoughts/thoughts-apart.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { judge, replyRow } from "../model-conversation/evidence.ts";

/** A reply of a model of which nobody knows what it thinks. */
function reply(thought: string, said: string) {
  const fact = (kind: "thought" | "text", text: string) => (text === "" ? [] : [{ kind, text, at_ms: 1 }]);
  const stream = { facts: [...fact("thought", thought), ...fact("text", said)] };
  return { how: "apart", word: null, stream, row: replyRow({ content: said }), replay: stream, next: [] };
}

test("thoughts beside a text hold", () => {
  expect(judge(apart, [reply("Hm.", "Hello.")])).toMatchObject({ verdict: "holds" });
});

test.each([
  ["thought and said nothing", reply("Hm.", "")],
  ["did not think", reply("", "Hello.")],
])("a model that %s shows nothing of where thoughts go", (_, seen) => {
  expect(() => judge(apart, [seen])).toThrow(NotObservable);
});

test.each(["Hm.", ""])("a text with a block of thoughts is broken, with %j beside it", (thought) => {
  expect(judge(apart, [reply(thought, "<think>Hm.</think>Hello.")])).toMatchObject({ verdict: "broken" });
});
