import { Transform } from "node:stream";
import { text } from "node:stream/consumers";
import { request } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { composeOverrides } from "../../src/faults/compose-overrides.ts";
import { findFault } from "../../src/faults/find-fault.ts";
import type { ConversationStore } from "../../src/services/conversations/conversation-store.ts";
import { startInProcessStack } from "../../src/services/in-process-stack.ts";
import type { Overrides } from "../../src/services/start-services.ts";
import type { Rewrite } from "../../src/tap/tap-rewrite.ts";

const appending = (word: string): Overrides => ({ wire: { hmi: rewriting(word) } });

function rewriting(word: string): Rewrite {
  return {
    head: ({ headers: { "content-length": _, ...headers }, ...answer }) => ({
      ...answer,
      headers: { ...headers, "x-words": `${headers["x-words"] ?? ""}${word}` },
    }),
    body: () =>
      new Transform({
        transform: (bytes, _, done) => done(null, bytes),
        flush: (done) => done(null, word),
      }),
  };
}

async function startWith(...all: Overrides[]) {
  const stack = await startInProcessStack({ overrides: composeOverrides(all) });
  onTestFinished(() => stack.close());
  return stack;
}

test("what several faults do to one wire is done one after the other", async () => {
  const { hmi } = await startWith(appending("a"), appending("b"), appending("c"));
  const { headers, body } = await request(`${hmi}/health/live`);
  expect(headers["x-words"]).toBe("abc");
  expect(await text(body)).toMatch(/abc$/);
});

test("the first answer of a fault's own is the answer", async () => {
  const answering = (body: string | undefined): Overrides => ({
    wire: { gateway: { answer: () => (body === undefined ? undefined : { status: 418, body }) } },
  });
  const { gateway } = await startWith(answering(undefined), answering("first"), answering("second"));
  const { statusCode, body } = await request(`${gateway}/health`);
  expect([statusCode, await body.text()]).toEqual([418, "first"]);
});

test("a store is wrapped by each of them, the first one innermost", () => {
  const order: string[] = [];
  const wrapping = (word: string): Overrides => ({
    store: (store) => {
      order.push(word);
      return { ...store };
    },
  });
  const { store } = composeOverrides([wrapping("a"), {}, wrapping("b")]);
  const original = {} as ConversationStore;
  expect(store?.(original)).not.toBe(original);
  expect(order).toEqual(["a", "b"]);
});

test("nobody stands in front of a service whose wire is left alone", () => {
  expect(composeOverrides([appending("a"), {}]).wire).toEqual({ hmi: expect.anything() });
  expect(composeOverrides([findFault("none").overrides(() => undefined)]).wire).toEqual({});
});
