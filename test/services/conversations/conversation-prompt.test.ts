import { expect, test } from "vitest";
import { LIMITS } from "../../../src/contract/contract-defaults.ts";
import { startTestStack } from "../../support/stack.ts";
import { exchangeOf, openConversation, openTestStore } from "../../support/store.ts";
import { eventually } from "../../support/streams.ts";

test("a history that is too long for one request is sent as far back as it fits", async () => {
  const { store, own, path } = openTestStore();
  const sessionId = await openConversation(own, null);
  // Each of these is six bytes in JSON.
  const long = "\u0001".repeat(40_000);
  for (let number = 1; number <= 8; number += 1) {
    await exchangeOf(store, sessionId, `${number}${long}`, "noted");
  }
  const stack = await startTestStack({ storePath: path });
  const { reader } = await stack.send({ message: "Count to 3", session_id: sessionId });
  await reader.ended;
  expect(reader.text).toBe("1, 2, 3");
  const [generation] = await stack.generations();
  const prompt = generation?.messages ?? [];
  expect(prompt[0]?.role).toBe("system");
  expect(prompt.at(-1)?.content).toBe("Count to 3");
  expect(prompt.map((message) => message.content[0]).join("")).toBe("Y5n6n7n8nC");
  expect(JSON.stringify(prompt).length).toBeLessThan(LIMITS.bodyBytes);
});

test("a summary of more than one request can hold is made of what it can hold", async () => {
  const { store, own, path } = openTestStore();
  const sessionId = await openConversation(own, null);
  for (let number = 1; number <= 31; number += 1) {
    await exchangeOf(store, sessionId, "\u0001".repeat(20_000), "noted");
  }
  const stack = await startTestStack({ storePath: path });
  await (await stack.send({ message: "Count to 3", session_id: sessionId })).reader.ended;
  await eventually(async () =>
    expect(await stack.messages(sessionId)).toContainEqual(
      expect.objectContaining({ message_type: "summary", content: expect.stringContaining("summary") }),
    ),
  );
});

test("the longest message of a profile with the longest instructions is answered", async () => {
  const stack = await startTestStack();
  const longest = "\u0001".repeat(LIMITS.messageChars);
  const { model_id } = await stack.profile({ name: "Long", instructions: longest });
  const { reader } = await stack.send({ message: longest, model_id });
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
});
