/** What two chats that somebody wrote for themselves said, as Chromium saved it, is learned whole: fixtures/recorded/README.md. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { openNetworkLog } from "../../src/learn/open-network-log.ts";

function learnRecorded(name: "json-rpc-socket" | "named-events") {
  const file = fileURLToPath(new URL(`../../fixtures/recorded/learned/${name}.har`, import.meta.url));
  const learned = learnWire(openNetworkLog(file), undefined, { ada: "ada-pass" });
  expect(WireDescriptionSchema.safeParse(learned.wire).error).toBeUndefined();
  return learned;
}

const REPLY = /^\(tern:3b, \d\) You said “.*”\.\n\nRivers carry salt down .* End\.$/s;

test("JSON-RPC on one WebSocket: the text is what grows, and no id of its answer; a stop names its own reply", () => {
  const { wire, talk, unsayable } = learnRecorded("json-rpc-socket");
  expect(talk.reply).toMatch(REPLY);
  expect(unsayable).toEqual([]);
  expect(wire).toMatchObject({
    send: {
      request: "WS /socket",
      body: {
        jsonrpc: "2.0",
        method: "chat.say",
        params: { chat: "{conversation|null}", text: "{text}", engine: "{model}", nonce: "{key}" },
      },
    },
    stream: {
      framing: "websocket",
      type: "method",
      // The page had two conversations on one WebSocket.
      channel: { conversation: "params.chat", reply: "params.turn" },
      started: { conversation: "result.chat", reply: "result.turn" },
      text: { of: "turn.piece", at: "params.so_far", cumulative: true },
      usage: { of: "turn.done", prompt: "params.meter.read", completion: "params.meter.wrote" },
      done: {
        of: "turn.done",
        reason: "params.end",
        reasons: { stop: ["natural"], cancelled: ["stopped"] },
      },
    },
    cancel: { frame: { jsonrpc: "2.0", method: "chat.stop", params: { turn: "{reply|number}" } } },
    conversations: { request: "GET /api/chats", list: "chats", id: "id" },
    models: { request: "GET /api/engines", list: "engines", id: "" },
    delete_conversation: { request: "POST /api/chats/{conversation}/trash" },
  });
  expect(wire.rows).toEqual({
    request: "GET /api/chats/{conversation}/turns",
    list: "turns",
    id: "turn",
    question: "asked",
    text: "answered",
    status: "condition",
    statuses: { complete: ["closed"] },
    model: "by",
    prompt_tokens: "read",
    completion_tokens: "wrote",
  });
});

test("a job's events by names: the text is no model's name; what is read and stopped is the job, what a message follows is the reply", () => {
  const { wire, talk, unknown, unsayable } = learnRecorded("named-events");
  expect(talk.reply).toMatch(REPLY);
  expect(unsayable).toEqual([]);
  expect(wire).toMatchObject({
    send: {
      request: "POST /v2/threads/{conversation}/nodes",
      body: {
        parent_id: "{last_reply|number|null}",
        body: "{text}",
        engine: "{model}",
        idempotency_key: "{key}",
      },
      told: { reply: "run.id" },
    },
    read: { request: "GET /v2/runs/{reply}/events" },
    stream: {
      framing: "sse",
      type: "@event",
      started: { reply: "node" },
      text: { of: "run.delta", at: "delta.content.0.text" },
      model: { of: "run.started", at: "engine" },
      usage: { of: "run.usage", prompt: "usage.input", completion: "usage.output" },
      done: { of: "run.completed", reason: "outcome.status" },
    },
    cancel: { request: "DELETE /v2/runs/{reply}" },
    rows: {
      request: "GET /v2/threads/{conversation}/nodes",
      list: "items",
      newest_first: true,
      text: "body",
      role: "author",
      roles: { user: ["human"], assistant: ["harbour"] },
      id: "id",
      status: "state",
      model: "engine",
      prompt_tokens: "spent.input",
      completion_tokens: "spent.output",
    },
    delete_conversation: { request: "DELETE /v2/threads/{conversation}" },
  });
  expect(unknown.find(({ setting }) => setting === "rows.next")?.why).toContain("`next: next_cursor`");
  // All replies are read by calls of their own.
  expect(wire.stream?.channel).toBeUndefined();
});
