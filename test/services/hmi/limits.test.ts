import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { STEP } from "../../../src/contract/event-id.ts";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import { encodeEvent } from "../../../src/contract/sse.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { createGatewayClient } from "../../../src/services/hmi/gateway-client.ts";
import { EXECUTING, encodeAll, PLANNING, token, USAGE } from "../../support/fake-gateway.ts";
import { flood } from "../../support/flood.ts";
import { startTestStack } from "../../support/stack.ts";

/** Most that the HMIs of these tests take for one reply. */
const MAX = 100_000;

/** A stack before a gateway that answers with this beginning, and goes on with that for ever. */
async function stackBefore(first: string, again: string) {
  const closed = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    void flood(response, first, again).then(closed.resolve);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const stack = await startTestStack({
    overrides: { gateway: () => createGatewayClient(url, "", { maxReplyChars: MAX }) },
  });
  return { stack, closed: closed.promise };
}

const PLACE = { step: STEP.executing, thinking: 0, text: 3 };
const encode = (event: StreamEvent): string => encodeEvent({ messageId: "g", place: PLACE }, event);
const START = encodeAll("g", [PLANNING, EXECUTING, token("so ")]);

test.each([
  ["text", encode(token("word ")), "reply_too_long", MAX],
  ["events that are no text", encode(EXECUTING), "gateway_error", 3],
  ["the ending's usage", encode(USAGE), "gateway_error", 3],
  ["a line without end", "x", "gateway_error", 3],
  ["an event without end", "data: x\n", "gateway_error", 3],
])(
  "a foreign gateway that sends %s: what fits is saved, and the connection is closed",
  async (what, again, code, length) => {
    const { stack, closed } = await stackBefore(
      what === "a line without end" ? `${START}data: ` : START,
      again,
    );
    const { sent, reader } = await stack.send({ message: "Hi" });
    await reader.ended;
    await closed;
    expect(findGrammarFault(reader.events)).toBeUndefined();
    expect(reader.text).toHaveLength(length);
    const row = (await stack.messages(sent.session_id)).at(-1);
    expect(row).toMatchObject({ status: "error", error: { code } });
    expect(row?.content).toHaveLength(length);
  },
);
