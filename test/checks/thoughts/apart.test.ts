import { expect, test } from "vitest";
import { apart } from "../../../src/checks/thoughts/apart.ts";
import { NotTold } from "../../../src/errors.ts";
import { judge, replyRow } from "../model-conversation/evidence.ts";

/** A reply of a model of which nobody knows what it thinks. */
function reply(thought: string, said: string) {
  const event = (type: "thinking" | "token", content: string) =>
    content === "" ? [] : [{ at_ms: 1, id: "1:1.0.0", event: { type, content } }];
  const stream = {
    events: [...event("thinking", thought), ...event("token", said)],
    facts: said === "" ? [] : [{ kind: "text", text: said, at_ms: 1 }],
  };
  return { how: "apart", word: null, stream, row: replyRow({ content: said }), replay: stream, next: [] };
}

test("thoughts beside a text hold", () => {
  expect(judge(apart, [reply("Hm.", "Hello.")])).toMatchObject({ verdict: "holds" });
});

test.each([
  ["thought and said nothing", reply("Hm.", "")],
  ["did not think", reply("", "Hello.")],
])("a model that %s shows nothing of where thoughts go", (_, seen) => {
  expect(() => judge(apart, [seen])).toThrow(NotTold);
});

test("a text with a block of thoughts is broken", () => {
  expect(judge(apart, [reply("Hm.", "<think>Hm.</think>Hello.")])).toMatchObject({ verdict: "broken" });
});
