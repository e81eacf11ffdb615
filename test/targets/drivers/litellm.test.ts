/** LiteLLM by the bytes that a real one was recorded to answer. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { connectDriver } from "../../../src/targets/drivers/define-driver.ts";
import { lastFact, textOf } from "../../../src/targets/drivers/reply-facts.ts";
import { litellm } from "../../../src/targets/drivers/shipped/litellm-driver.ts";
import { createHttpClient } from "../../../src/targets/http-client.ts";
import { readAnswer } from "../../services/stand-in-engine/recorded-answer.ts";
import { listenOnAnyPort } from "../../support/listen.ts";

const signal = new AbortController().signal;
const answerOf = (name: string) =>
  readAnswer(
    readFileSync(fileURLToPath(new URL(`../../../fixtures/recorded/litellm/${name}.raw`, import.meta.url))),
  );

async function connect(token: string) {
  const server = createServer(({ headers, url = "" }, response) => {
    const asked = url.endsWith("/completions") ? "chat-stream" : "models";
    const { status, headers: told, body } = answerOf(headers.authorization ? asked : "models-no-key");
    response.writeHead(status, { "content-type": told["content-type"]?.[0] }).end(body);
  });
  const client = createHttpClient(await listenOnAnyPort(server), token);
  onTestFinished(() => client.close());
  return await connectDriver(litellm, {
    ...{ client, token, settings: {}, model: "smollm2", agent: "", user: "", isStandIn: false },
  });
}

test("to whom shows no key, its 500 is told as what it is", async () => {
  await expect(connect("")).rejects.toMatchObject({
    code: "unauthorized",
    message: expect.stringMatching(/answers 500 to whom shows no key, as if it were broken/),
  });
});

test("a reply is one, though each chunk has another id, and its usage comes after its end", async () => {
  const chat = await connect("sk-recorded");
  const place = { modelId: null, options: { num_predict: 12 } };
  const conversation = await chat.openConversation(place, signal);
  const sent = await chat.send({ place, conversation, text: "Say hello" }, signal);
  const stream = await sent.read({ signal }).ended;
  expect(textOf(stream)).not.toBe("");
  expect(lastFact(stream, "usage")).toMatchObject({ completion: 12 });
  expect(stream.facts.find(({ kind }) => kind === "done")).toMatchObject({ reason: "length" });
});
