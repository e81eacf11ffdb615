/** What the clients of two agents' servers and these said to each other through a tap is learned whole. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { openNetworkLog } from "../../src/learn/open-network-log.ts";

const REPLY =
  'You wrote "Why is the sea salty?". This answer is scripted: it comes from a stand-in for Ollama, not from a language model.';

function learnRecorded(name: string) {
  const file = fileURLToPath(new URL(`../../fixtures/recorded/${name}.jsonl`, import.meta.url));
  const learned = learnWire(openNetworkLog(file));
  expect(WireDescriptionSchema.safeParse(learned.wire).error).toBeUndefined();
  expect(learned.talk).toEqual({ said: "Why is the sea salty?", reply: REPLY });
  return learned;
}

test("AG-UI: the turns go with their ids, and what an answer told of its state is not that of another conversation", () => {
  const { wire } = learnRecorded("ag-ui/http-agent");
  expect(wire).toMatchObject({
    conversation: "own",
    send: {
      request: "POST /agent",
      body: { threadId: "{conversation}", runId: "{key}", state: {}, messages: "{history|ids}", tools: [] },
    },
    stream: { type: "type", failure: { of: "RUN_ERROR" }, done: { of: ["RUN_FINISHED", "RUN_ERROR"] } },
    cancel: "close",
  });
  expect(wire.send_first).toBeUndefined();
});

test("LangGraph's server: its runs, the list that is asked for by POST, its state as rows, and a run's cancel", () => {
  const { wire } = learnRecorded("langgraph/sdk-client");
  expect(wire).toMatchObject({
    conversation: { request: "POST /threads", told: { conversation: "thread_id" } },
    send: {
      request: "POST /threads/{conversation}/runs/stream",
      body: { input: { messages: [{ type: "human", content: "{text}" }] }, stream_mode: ["messages-tuple"] },
    },
    stream: { type: "@event", text: { of: "messages", at: "0.content" }, failure: { of: "error" } },
    cancel: { request: "POST /threads/{conversation}/runs/{reply}/cancel?wait=0&action=interrupt" },
    rows: {
      request: "GET /threads/{conversation}/state?subgraphs=false",
      list: "values.messages",
      text: "content",
      role: "type",
    },
    conversations: { request: "POST /threads/search", list: "", id: "thread_id" },
    delete_conversation: { request: "DELETE /threads/{conversation}" },
  });
  // A run is saved after its model's last word: it has ended where its stream has.
  expect(wire.stream?.done).toBeUndefined();
});
