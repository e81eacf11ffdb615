/** A page of Gradio's, as it was seen in Chromium: it is judged by the call that its program has for others, which was tried. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { openNetworkLog } from "../../src/learn/open-network-log.ts";

const FILE = fileURLToPath(new URL("../../fixtures/recorded/gradio/chat-interface.har", import.meta.url));

test("a page of Gradio's ChatInterface names the call by which others talk to it", () => {
  const { wire, talk, unknown } = learnWire(openNetworkLog(FILE));
  expect(WireDescriptionSchema.safeParse(wire).error).toBeUndefined();
  expect(talk).toEqual({
    said: "Why is the sea salty?",
    reply: expect.stringMatching(/^You wrote "Why is the sea salty\?"\./),
  });
  expect(wire).toMatchObject({
    conversation: "own",
    send: {
      request: "POST /gradio_api/call/respond",
      body: { data: ["{text}"], session_hash: "{conversation}" },
      told: { reply: "event_id" },
    },
    read: { request: "GET /gradio_api/call/respond/{reply}" },
    stream: { text: { at: "0", cumulative: true }, failure: { of: "error" }, done: { of: "complete" } },
    cancel: "close",
  });
  expect(unknown[0]?.why).toContain("by several calls");
});
