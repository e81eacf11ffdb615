/** What LangServe was seen to send through a tap is learned, and said once: not as every step of its chain tells it. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { openNetworkLog } from "../../src/learn/open-network-log.ts";

const REPLY =
  'You wrote "Why is the sea salty?". This answer is scripted: it comes from a stand-in for Ollama, not from a language model.';

test.each([
  ["stream", { type: "@event", text: { of: "data", at: "content" }, done: { of: "end" } }],
  ["stream-log", { type: "@event", failure: { of: "error", message: "message" }, done: { of: "end" } }],
  [
    "stream-events",
    { type: "event", text: { of: "on_chat_model_stream" }, done: { where: { "parent_ids.0": null } } },
  ],
])("LangServe's /%s", (name, stream) => {
  const file = fileURLToPath(new URL(`../../fixtures/recorded/langserve/${name}.jsonl`, import.meta.url));
  const { wire, talk } = learnWire(openNetworkLog(file));
  expect(WireDescriptionSchema.safeParse(wire).error).toBeUndefined();
  expect(talk).toEqual({ said: "Why is the sea salty?", reply: REPLY });
  expect(wire).toMatchObject({
    send: {
      request: `POST /chat/${name.replace("-", "_")}`,
      body: { input: { question: "{text}" }, config: {} },
    },
    stream: { framing: "sse", usage: expect.anything(), ...stream },
  });
});
