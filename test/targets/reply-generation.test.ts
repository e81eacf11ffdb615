import { expect, test } from "vitest";
import type { GenerationRecord } from "../../src/contract/engine-schemas.ts";
import { askedIn, replyGeneration } from "../../src/targets/reply-generation.ts";

const MESSAGE = "Count to 10";
type Generation = Pick<GenerationRecord, "messages" | "prompt">;
const TITLE: Generation = { messages: [{ role: "user", content: `A title for: ${MESSAGE}` }], prompt: null };

test.each<[string, Generation]>([
  ["has the message itself", { messages: [{ role: "user", content: MESSAGE }], prompt: null }],
  [
    "has it with a line under it",
    { messages: [{ role: "user", content: `${MESSAGE}\n/num_predict 5` }], prompt: null },
  ],
  [
    "has it under the other's role",
    {
      messages: [
        { role: "user", content: "Hello! How can I help?" },
        { role: "assistant", content: MESSAGE },
      ],
      prompt: null,
    },
  ],
  ["has it as the last turn of a transcript", { messages: null, prompt: `User: ${MESSAGE}\n\nAssistant:` }],
])("the reply's request is the one that %s, not a title's that quotes it", (_, reply) => {
  expect(replyGeneration([TITLE, reply], MESSAGE)).toBe(reply);
  expect(replyGeneration([reply, TITLE], MESSAGE)).toBe(reply);
});

test("what was asked is a person's last word, and where nothing is a person's the last word", () => {
  const said = { role: "assistant" as const, content: "Hello!" };
  expect(askedIn({ messages: [{ role: "user", content: MESSAGE }, said], prompt: null })).toBe(MESSAGE);
  expect(askedIn({ messages: [said], prompt: null })).toBe("Hello!");
});
