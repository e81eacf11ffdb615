import { expect, test } from "vitest";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

test("a reply comes whole, in the contract's order, with the engine's own counts", async () => {
  const gateway = await startTestGateway();
  const reader = await gateway.chat();
  await reader.ended;
  expect(findGrammarFault(reader.events)).toBeUndefined();
  expect(shapeOf(reader.events)).toBe("started planning executing token complete usage done(stop)");
  expect(reader.text).toBe("1, 2, 3, 4, 5");
  const usage = reader.events.find((event) => event.type === "usage");
  expect(usage).toMatchObject({
    usage: {
      completion_tokens: (await gateway.generation())?.tokens_sent,
      prompt_tokens: expect.any(Number),
    },
    cost_usd: 0,
  });
});

test("planning is there before the engine says anything", async () => {
  const gateway = await startTestGateway({ standIn: { loadMs: 600_000 } });
  const reader = await gateway.chat();
  await eventually(() => expect(shapeOf(reader.events)).toMatch(/^started planning/));
  expect(reader.text).toBe("");
});

test("heartbeats come while the model loads", async () => {
  const gateway = await startTestGateway({ standIn: { loadMs: 600_000 }, stream: { heartbeat_ms: 20 } });
  const reader = await gateway.chat();
  await eventually(() => expect(reader.heartbeats).toBeGreaterThan(2));
});

test("tokens are sent as they come, not at the end", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 30 } });
  const reader = await gateway.chat();
  await eventually(() => expect(reader.text).not.toBe(""));
  expect(reader.text).not.toBe("1, 2, 3, 4, 5");
});

test("without a history the engine is given the message alone", async () => {
  const gateway = await startTestGateway();
  await (await gateway.chat({ content: "Hi" })).ended;
  expect((await gateway.generation())?.messages).toEqual([{ role: "user", content: "Hi" }]);
});

test("with a history the engine is given exactly that, and the options as they are", async () => {
  const gateway = await startTestGateway();
  const messages = [
    { role: "system", content: "You count." },
    { role: "user", content: "Count to 2" },
    { role: "assistant", content: "" },
    { role: "user", content: "Count to 3" },
  ];
  const options = { temperature: 0.5, num_predict: 4 };
  await (await gateway.chat({ content: "Count to 3", messages, options })).ended;
  expect(await gateway.generation()).toMatchObject({ messages, options });
});

test("a reply that the limit cut is finished by length", async () => {
  const gateway = await startTestGateway();
  const reader = await gateway.chat({ options: { num_predict: 2 } });
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "length" });
});

test("a second message while one is answered is 409, of another conversation it is not", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 50 } });
  await gateway.chat();
  const body = { session_id: "80", message_id: "2", agent_id: "architect", content: "Hi" };
  const { status, json } = await call(gateway.url, gatewayRoutes.chat.path(), { body });
  expect([status, json.error.code]).toEqual([409, "generation_in_progress"]);
  const other = await gateway.chat({ session_id: "81", message_id: "3" });
  await eventually(() => expect(other.text).not.toBe(""));
});

test("the next message of a conversation is taken as soon as the reply is done", async () => {
  const gateway = await startTestGateway();
  for (let message = 1; message <= 3; message += 1) {
    const reader = await gateway.chat({ message_id: String(message) });
    await reader.ended;
    expect(reader.ids[0]).toBe(`${message}:0.0.0`);
  }
});

test("every bad field of a request is named, and the engine is not asked", async () => {
  const gateway = await startTestGateway();
  const body = { session_id: "", agent_id: "a b", content: "", messages: [] };
  const { status, json } = await call(gateway.url, gatewayRoutes.chat.path(), { body });
  expect(status).toBe(400);
  for (const field of ["session_id", "message_id", "agent_id", "content", "messages"]) {
    expect(json.error.message).toContain(`${field}: `);
  }
  expect(await gateway.generations()).toEqual([]);
});

test("a message that is too long has a code of its own", async () => {
  const gateway = await startTestGateway();
  const body = { session_id: "1", message_id: "1", agent_id: "a", content: "x".repeat(50_001) };
  const { status, json } = await call(gateway.url, gatewayRoutes.chat.path(), { body });
  expect([status, json.error.code]).toEqual([400, "message_too_long"]);
});

test("ten conversations at once keep their replies apart", async () => {
  const gateway = await startTestGateway({ standIn: { tokenDelayMs: 1 } });
  const names = Array.from({ length: 10 }, (_, index) => `canary-${index}`);
  const readers = await Promise.all(
    names.map((name) => gateway.chat({ session_id: name, message_id: name, content: `Say: ${name} sings` })),
  );
  await Promise.all(readers.map((reader) => reader.ended));
  expect(readers.map((reader) => reader.text)).toEqual(names.map((name) => `${name} sings`));
});
