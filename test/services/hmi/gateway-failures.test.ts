import { expect, test } from "vitest";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import { EVENT_STREAM_HEADERS } from "../../../src/contract/sse.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { WireError } from "../../../src/contract/wire-error.ts";
import type { Overrides } from "../../../src/services/start-services.ts";
import { EXECUTING, encodeAll, PLANNING, stackBeforeGateway, token } from "../../support/fake-gateway.ts";
import { startTestStack } from "../../support/stack.ts";
import { shapeOf, textOf } from "../../support/streams.ts";

/** A stack before a gateway that sends this and then cuts the connection, or ends it. */
async function stackBefore(events: readonly StreamEvent[], end: "cut" | "end") {
  const { stack } = await stackBeforeGateway({
    reply({ messageId, response }) {
      response.writeHead(200, EVENT_STREAM_HEADERS);
      const stop = (): void => void (end === "cut" ? response.destroy() : response.end());
      response.write(encodeAll(messageId, events), stop);
    },
  });
  return stack;
}

test.each(["cut", "end"] as const)(
  "a gateway that dies in mid-reply (%s): the text stays, the row says error, the reader is told",
  async (end) => {
    const stack = await stackBefore([PLANNING, EXECUTING, token("half")], end);
    const { sent, reader } = await stack.send({ message: "Hi" });
    await reader.ended;
    expect(findGrammarFault(reader.events)).toBeUndefined();
    expect(shapeOf(reader.events)).toBe("started planning executing token error error usage done(error)");
    expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
      content: "half",
      status: "error",
      error: { code: "gateway_error" },
    });
  },
);

test("a gateway that dies between its last word and done has not answered", async () => {
  const stack = await stackBefore(
    [PLANNING, EXECUTING, token("a"), { type: "status_update", status: "complete" }],
    "cut",
  );
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({ content: "a", status: "error" });
});

test("a gateway that is not there is told, and the message is kept", async () => {
  const unreachable = new WireError("gateway_unavailable", "The gateway does not answer.");
  const gateway: Overrides["gateway"] = (real) => ({
    ...real,
    // biome-ignore lint/correctness/useYield: it fails before its first event.
    async *chat() {
      throw unreachable;
    },
  });
  const stack = await startTestStack({ overrides: { gateway } });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing error error done(error)");
  expect(reader.events).toContainEqual(expect.objectContaining({ code: "gateway_unavailable" }));
  expect(await stack.messages(sent.session_id)).toMatchObject([{ content: "Hi" }, { status: "error" }]);
});

test("what the gateway still works on, after this service was cut off from it, makes way for the next message", async () => {
  const long = "Count to 1000";
  const gateway: Overrides["gateway"] = (real) => ({
    ...real,
    async *chat(request, signal) {
      const { content } = await request.question();
      for await (const events of real.chat(request, signal)) {
        yield events;
        if (content === long && textOf(events) !== "") throw new Error("socket hang up");
      }
    },
  });
  const stack = await startTestStack({ tokenDelayMs: 5, overrides: { gateway } });
  const { sent, reader } = await stack.send({ message: long });
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "error" });
  const next = await stack.send({ message: "Count to 3", session_id: sent.session_id });
  await next.reader.ended;
  expect(next.reader.text).toBe("1, 2, 3");
  expect(await stack.generations()).toMatchObject([{ ended: "aborted" }, { ended: "done" }]);
});
