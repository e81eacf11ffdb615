import { expect, test } from "vitest";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { LONG_REPLY, startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { eventually, wholeStream } from "../../support/streams.ts";

const SLOW = { standIn: { tokenDelayMs: 20 } };
const REQUEST = { session_id: "80", message_id: "1", agent_id: "architect", content: "Count to 5" };

async function post(gateway: TestGateway, body: object) {
  return await call(gateway.url, gatewayRoutes.chat.path(), { body: { ...REQUEST, ...body } });
}

const OTHERS = {
  "another text": { content: "Count to 6" },
  "another model": { model: "phi3:mini" },
  "another history": {
    messages: [
      { role: "system", content: "You count." },
      { role: "user", content: "Count to 5" },
    ],
  },
  "other pictures": { images: ["aGk="] },
  "another conversation": { session_id: "81" },
};

test.each(Object.entries(OTHERS))(
  "a key that was used with %s is refused, while it runs and after",
  async (_, other) => {
    const gateway = await startTestGateway(SLOW);
    const first = await gateway.chat();
    for (const moment of ["while it runs", "after"]) {
      const { status, json } = await post(gateway, other);
      expect([moment, status, json.error.code]).toEqual([moment, 409, "key_reused"]);
      await first.ended;
    }
    expect(first.text).toBe("1, 2, 3, 4, 5");
    expect(await gateway.generations()).toHaveLength(1);
  },
);

test("the same request again is the same reply, also where its options are told in another way", async () => {
  const gateway = await startTestGateway();
  const first = await gateway.chat();
  await first.ended;
  const again = await gateway.chat({ options: { temperature: 1 } });
  await again.ended;
  expect(again.events).toEqual(first.events);
  expect(await gateway.generations()).toHaveLength(1);
});

test("a cancel that names a reply ends that one, and no other", async () => {
  const gateway = await startTestGateway(SLOW);
  const first = await gateway.chat({ options: LONG_REPLY });
  expect((await gateway.cancel("80", "1")).json).toEqual({
    status: "cancelled",
    session_id: "80",
    message_id: "1",
  });
  await first.ended;
  const second = await gateway.chat({ message_id: "2" });
  // Late, or sent again: it means the first reply, which has ended.
  expect((await gateway.cancel("80", "1")).json).toEqual({ status: "idle", session_id: "80" });
  expect((await gateway.cancel("80", "999")).json).toEqual({ status: "idle", session_id: "80" });
  await second.ended;
  expect(second.text).toBe("1, 2, 3, 4, 5");
});

test("a cancel that names another conversation's reply ends nothing", async () => {
  const gateway = await startTestGateway(SLOW);
  const reader = await gateway.chat();
  await gateway.chat({ session_id: "81", message_id: "2", content: "Count to 100" });
  expect((await gateway.cancel("81", "1")).json.status).toBe("idle");
  expect((await gateway.cancel("unknown", "1")).status).toBe(404);
  await reader.ended;
  expect(reader.text).toBe("1, 2, 3, 4, 5");
});

test("a cancel of what it does not know says so, and cancels nothing", async () => {
  const gateway = await startTestGateway(SLOW);
  const reader = await gateway.chat();
  const path = gatewayRoutes.cancel.path({ session_id: "80" });
  const { status, json } = await call(gateway.url, path, { body: { messageId: "1" } });
  expect([status, json.error.message]).toEqual([400, expect.stringContaining("messageId")]);
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
});

test("an earlier reply that is kept is read by its name, while the next one runs", async () => {
  const gateway = await startTestGateway(SLOW);
  const first = await gateway.chat();
  await first.ended;
  const second = await gateway.chat({ message_id: "2", content: "Count to 100" });
  await eventually(() => expect(second.text).not.toBe(""));
  const again = await wholeStream(
    gateway.url,
    gatewayRoutes.resume.path({ session_id: "80" }, { message_id: "1" }),
  );
  expect(again.events).toEqual(first.events);
  const other = await call(gateway.url, gatewayRoutes.resume.path({ session_id: "81" }, { message_id: "1" }));
  expect(other.status).toBe(404);
});

test.each([
  ["a field that it does not know", { user: "me" }, "bad_request", "user"],
  ["tools", { tools: [{ type: "function", function: { name: "f" } }] }, "not_supported", "tools"],
  [
    "a role that is none of a person's or a model's",
    { messages: [{ role: "tool", content: "x" }] },
    "bad_request",
    "messages.0.role",
  ],
  [
    "a history that ends with a reply",
    { messages: [{ role: "assistant", content: "Count to 5" }] },
    "bad_request",
    "messages",
  ],
  [
    "a history that ends with another text",
    { messages: [{ role: "user", content: "Hi" }] },
    "bad_request",
    "messages",
  ],
  [
    "content in parts",
    { messages: [{ role: "user", content: [{ type: "text", text: "Count to 5" }] }] },
    "bad_request",
    "messages.0.content",
  ],
])("a request with %s is refused by name, and the engine is not asked", async (_, body, code, field) => {
  const gateway = await startTestGateway();
  const { status, json } = await post(gateway, body);
  expect([status, json.error.code]).toEqual([400, code]);
  expect(json.error.message).toContain(field);
  expect(await gateway.generations()).toEqual([]);
});

test("pictures may be 21 MiB with what is beside them, other bodies 1 MiB", async () => {
  const gateway = await startTestGateway();
  const picture = "A".repeat(2 * 1024 * 1024);
  const seen = await gateway.chat({ model: "gemma3:4b", images: [picture] });
  await seen.ended;
  expect(seen.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
  const options = { noise: picture };
  const { status, json } = await post(gateway, { message_id: "2", options });
  expect([status, json.error.code, json.error.message]).toEqual([
    413,
    "payload_too_large",
    expect.stringContaining("1 MiB"),
  ]);
  // Its length is told before it comes, and refused by that.
  const headers = { "content-length": String(22 * 1024 * 1024) };
  const tooLarge = await call(gateway.url, gatewayRoutes.chat.path(), { method: "POST", body: "", headers });
  expect([tooLarge.status, tooLarge.json.error.message]).toEqual([413, expect.stringContaining("21 MiB")]);
});

test("a person cannot use up the keys of other people's replies, and has keys of their own", async () => {
  const gateway = await startTestGateway({
    ...SLOW,
    server: { token: "house", users: { ann: "ann's", bob: "bob's" } },
    conversations: {
      userOf: async (sessionId) => sessionId.split("-")[0],
      pendingRequest: async () => undefined,
    },
  });
  const by = (token: string) => ({ authorization: `Bearer ${token}` });
  const anns = await gateway.chat({ session_id: "ann-1", content: "Count to 3" }, by("ann's"));
  const bobs = await gateway.chat({ session_id: "bob-1" }, by("house"));
  await Promise.all([anns.ended, bobs.ended]);
  expect([anns.text, bobs.text]).toEqual(["1, 2, 3", "1, 2, 3, 4, 5"]);
  await expect(gateway.chat({ session_id: "ann-2" }, by("ann's"))).rejects.toThrow("409");
  await expect(gateway.chat({ session_id: "bob-2" }, by("house"))).rejects.toThrow("409");
  const resume = gatewayRoutes.resume.path({ session_id: "bob-1" }, { message_id: "1" });
  const again = await wholeStream(gateway.url, resume, { headers: by("house") });
  expect(again.events).toEqual(bobs.events);
});
