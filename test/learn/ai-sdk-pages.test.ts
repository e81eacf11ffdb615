/** What pages of Vercel's AI SDK were seen to say, by its own libraries on both sides, is learned whole. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { openNetworkLog } from "../../src/learn/open-network-log.ts";
import type { HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

function learnRecorded(name: string) {
  const file = fileURLToPath(new URL(`../../fixtures/recorded/ai-sdk/${name}.har`, import.meta.url));
  const learned = learnWire(openNetworkLog(file));
  expect(WireDescriptionSchema.safeParse(learned.wire).error).toBeUndefined();
  return learned;
}

const KEPT = {
  conversation: "own",
  conversations: { request: "GET /api/chats", list: "", id: "id" },
  delete_conversation: { request: "DELETE /api/chats/{conversation}" },
  // Its stop breaks the stream off.
  cancel: "close",
};

test("UI messages: the metadata tells the model and tokens, and a part's state is no row's", () => {
  const { wire, unknown } = learnRecorded("ui-messages");
  expect(wire).toMatchObject({
    ...KEPT,
    send: {
      request: "POST /api/chat",
      body: {
        id: "{conversation}",
        message: { role: "user", id: "{key}", parts: [{ type: "text", text: "{text}" }] },
      },
    },
    stream: {
      framing: "sse",
      started: { of: "start", reply: "messageId" },
      model: { of: "start", at: "messageMetadata.model" },
      text: { of: "text-delta", at: "delta" },
      usage: {
        of: "finish",
        prompt: "messageMetadata.totalUsage.inputTokens",
        completion: "messageMetadata.totalUsage.outputTokens",
      },
      failure: { of: "error", message: "errorText" },
    },
    rows: { request: "GET /api/chats/{conversation}", list: "", text: "parts", model: "metadata.model" },
  });
  expect(wire.rows).not.toHaveProperty("status");
  expect(unknown.map(({ setting }) => setting)).toEqual(["models", "health"]);
});

test("the data stream before that: the whole conversation goes with each message, and its first line names the reply", () => {
  const { wire } = learnRecorded("data-stream");
  expect(wire).toMatchObject({
    ...KEPT,
    send: { request: "POST /api/chat", body: { id: "{conversation}", messages: "{history|ids}" } },
    stream: {
      framing: "data-stream",
      started: { of: "f", reply: "messageId" },
      text: { of: "0", at: "" },
      done: { of: "d", reason: "finishReason" },
    },
    rows: { request: "GET /api/chats/{conversation}", text: "parts", role: "role" },
  });
});

test.each<[string, (ms: number) => unknown, string]>([
  ["a text", (ms) => new Date(ms).toISOString(), "{now}"],
  ["milliseconds", (ms) => ms, "{now|number}"],
])("when a page sent its message, as %s, is the moment of each message", (_, moment, placeholder) => {
  const say = (text: string, index: number): HarEntry => ({
    request: "POST http://127.0.0.1:8000/say",
    body: { text, createdAt: moment(Date.UTC(2026, 0, 1, 0, 0, index) - 7), since: "2024-01-01T00:00:00Z" },
    answer: { answer: "Rivers bring salt to it." },
  });
  const { wire } = learn(say("Why is the sea salty?", 0), say("Why are there tides?", 1));
  expect(wire.send?.body).toEqual({ text: "{text}", createdAt: placeholder, since: "2024-01-01T00:00:00Z" });
});
