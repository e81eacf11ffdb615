import { once } from "node:events";
import { request } from "node:http";
import { expect, test } from "vitest";
import { LIMITS } from "../../../src/contract/contract-defaults.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import {
  COMPLETE,
  EXECUTING,
  type FakeReply,
  fakeModel,
  PLANNING,
  stackBeforeGateway,
  token,
} from "../../support/fake-gateway.ts";
import { call, open } from "../../support/http.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const PICTURES = {
  "image/png": PNG,
  "image/jpeg": Buffer.from("ffd8ffe000104a46494600", "hex"),
  "image/gif": Buffer.from("GIF89a\u0001\u0000\u0001\u0000", "latin1"),
  "image/webp": Buffer.from("RIFF\u0010\u0000\u0000\u0000WEBPVP8 ", "latin1"),
} as const;

/** A stack before a gateway without the stream's GET, so that it is told all by POST; its models as given. */
async function startSeeing(capabilities: string[] | null = ["completion", "vision"], more: object[] = []) {
  const replies: FakeReply[] = [];
  const { stack } = await stackBeforeGateway({
    hasGet: false,
    models: [fakeModel("m", { capabilities }), ...more],
    reply(reply) {
      replies.push(reply);
      reply.send(PLANNING, EXECUTING, token("A tower."), ...COMPLETE);
    },
  });
  return { stack, replies };
}

test.each(Object.entries(PICTURES))(
  "a %s is kept with its message, and given again as what it is",
  async (type, bytes) => {
    const { stack } = await startSeeing();
    const images = [bytes.toString("base64"), `data:text/html;base64,${bytes.toString("base64")}`];
    const { sent, reader } = await stack.send({ message: "What is this?", images });
    await reader.ended;
    const [question] = await stack.messages(sent.session_id);
    const kept = { image_id: expect.any(String), media_type: type, size: bytes.length };
    expect(question?.images).toEqual([kept, kept]);
    const path = hmiRoutes.image.path({ image_id: question?.images[1]?.image_id ?? "" });
    const response = await open(stack.hmi, path);
    expect(response.headers).toMatchObject({
      "content-type": type,
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": expect.stringContaining("private"),
    });
    expect(Buffer.concat(await response.toArray())).toEqual(bytes);
  },
);

test.each([
  ["something else", Buffer.from("<svg onload=alert(1)>").toString("base64")],
  ["the beginning of a picture", PNG.subarray(0, 5).toString("base64")],
  ["nothing", ""],
  ["no base64", "%%%"],
])("%s is no picture: 400 says which, and nothing is saved", async (_, image) => {
  const { stack } = await startSeeing();
  const answer = await stack.post({ message: "Hi", images: [PNG.toString("base64"), image] });
  expect([answer.status, answer.json.error.code]).toEqual([400, "bad_request"]);
  expect(answer.json.error.message).toMatch(/^images\.1: /);
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
});

test("a model that cannot see is told before anything is saved", async () => {
  const { stack, replies } = await startSeeing(
    ["completion"],
    [fakeModel("seeing", { capabilities: ["vision"] })],
  );
  const images = [PNG.toString("base64")];
  for (const body of [{}, { model: "m" }, { session_id: null }]) {
    const answer = await stack.post({ message: "Hi", images, ...body });
    expect([answer.status, answer.json.error.code]).toEqual([400, "not_able"]);
  }
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
  expect(replies).toEqual([]);
  expect((await stack.post({ message: "Hi", images, model: "seeing" })).status).toBe(200);
});

test("a model that cannot think is told before anything is saved, where it is asked to", async () => {
  const { stack } = await startSeeing(
    ["completion"],
    [fakeModel("thinking", { capabilities: ["thinking"] })],
  );
  for (const think of [true, "low"]) {
    const answer = await stack.post({ message: "Hi", think });
    expect([answer.status, answer.json.error.code]).toEqual([400, "not_able"]);
  }
  expect((await call(stack.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
  expect((await stack.post({ message: "Hi", think: false })).status).toBe(200);
  expect((await stack.post({ message: "Hi", think: true, model: "thinking" })).status).toBe(200);
});

test("where the gateway does not tell what a model can do, its pictures are passed on", async () => {
  const { stack, replies } = await startSeeing(null);
  const images = [PNG.toString("base64")];
  await (await stack.send({ message: "Hi", images })).reader.ended;
  expect(replies[0]?.request?.images).toEqual(images);
});

test("pictures are sent again with the messages that stay as they were said", async () => {
  const { stack, replies } = await startSeeing();
  const images = [PNG.toString("base64"), PICTURES["image/gif"].toString("base64")];
  const { sent, reader } = await stack.send({ message: "What is this?", images });
  await reader.ended;
  await (await stack.send({ message: "And now?", session_id: sent.session_id })).reader.ended;
  expect(replies[0]?.request).toMatchObject({ images, content: "What is this?" });
  expect(replies[0]?.request?.messages?.at(-1)).toEqual({ role: "user", content: "What is this?" });
  expect(replies[1]?.request?.images).toBeUndefined();
  expect(replies[1]?.request?.messages?.slice(1)).toEqual([
    { role: "user", content: "What is this?", images },
    { role: "assistant", content: "A tower." },
    { role: "user", content: "And now?" },
  ]);
});

test("a model that cannot see goes on with the conversation, and is told what it is not shown", async () => {
  const { stack, replies } = await startSeeing(
    ["vision"],
    [fakeModel("blind", { capabilities: ["completion"] })],
  );
  const { sent, reader } = await stack.send({ message: "What is this?", images: [PNG.toString("base64")] });
  await reader.ended;
  const { session_id } = sent;
  await (await stack.send({ message: "And now?", session_id, model: "blind" })).reader.ended;
  expect(replies[1]?.request?.messages?.[1]).toEqual({
    role: "user",
    content: "What is this?\n(A picture that belongs to this message is not shown to you.)",
  });
  await (await stack.send({ message: "Look again", session_id, images: [PNG.toString("base64")] })).reader
    .ended;
  const again = await stack.regenerate(session_id, { model: "blind" });
  expect([again.status, again.json.error.code]).toEqual([400, "not_able"]);
});

/** The status for a message whose body is said to be so long, in bytes, and never comes. */
async function announce(hmi: string, length: number): Promise<number | undefined> {
  const headers = { "content-type": "application/json", "content-length": length };
  const outgoing = request(`${hmi}${hmiRoutes.sendMessage.path()}`, {
    method: "POST",
    headers,
    agent: false,
  });
  outgoing.flushHeaders();
  const [response] = await once(outgoing, "response");
  outgoing.destroy();
  return response.statusCode;
}

test("a message with pictures may have 20 MiB, all other bodies 1 MiB", async () => {
  const { stack } = await startSeeing();
  const large = Buffer.concat([PNG, Buffer.alloc(2 * LIMITS.bodyBytes)]).toString("base64");
  expect((await stack.post({ message: "Hi", images: [large] })).status).toBe(200);
  const other = await stack.post({ message: "Hi", more: large });
  expect([other.status, other.json.error.code]).toEqual([413, "payload_too_large"]);
  expect(await announce(stack.hmi, LIMITS.imageBodyBytes + 1)).toBe(413);
  const path = hmiRoutes.newProfile.path();
  const elsewhere = await call(stack.hmi, path, { body: { name: "x", images: [large] } });
  expect([elsewhere.status, elsewhere.json.error.message]).toEqual([413, "The body is larger than 1 MiB."]);
});

test("nine pictures are too many, and an unknown one is 404", async () => {
  const { stack } = await startSeeing();
  const images = Array(9).fill(PNG.toString("base64"));
  expect((await stack.post({ message: "Hi", images })).status).toBe(400);
  for (const image_id of ["999", "x", "0", "..%2f"]) {
    expect((await call(stack.hmi, hmiRoutes.image.path({ image_id }))).status).toBe(404);
  }
});
