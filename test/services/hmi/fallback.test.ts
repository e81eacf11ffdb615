import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import type { ChatRequest } from "../../../src/contract/gateway-schemas.ts";
import { EVENT_STREAM_HEADERS } from "../../../src/contract/sse.ts";
import { createGatewayClient, type ReplyRequest } from "../../../src/services/hmi/gateway-client.ts";
import { encodeAll, token } from "../../support/fake-gateway.ts";
import { startTestStack } from "../../support/stack.ts";

const KEY = { session_id: "80", message_id: "7" };
const QUESTION: ChatRequest = { ...KEY, agent_id: "architect", content: "Hello" };
const REQUEST: ReplyRequest = { ...KEY, question: async () => QUESTION };

/** A gateway whose GETs answer as told, and whose POST streams one word; it writes down what it was asked. */
async function startOldGateway(getStatus: number, getBody = '{"detail":"Not Implemented"}') {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.method === "GET") {
      response.writeHead(getStatus).end(getBody);
      return;
    }
    response.writeHead(200, EVENT_STREAM_HEADERS);
    response.end(encodeAll("7", [token("Hello")]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  const client = createGatewayClient(`http://127.0.0.1:${address.port}`);
  onTestFinished(() => client.close());
  return { client, asked };
}

test.each([404, 405, 409, 501])("a gateway whose GET answers %i is asked by POST", async (status) => {
  const { client, asked } = await startOldGateway(status);
  const groups = await Array.fromAsync(client.chat(REQUEST, new AbortController().signal));
  expect(groups.flat()).toEqual([{ type: "token", content: "Hello" }]);
  expect(asked).toEqual(["GET /chat/stream/80?message_id=7", "POST /chat/stream"]);
});

test("another refusal of the GET is passed on, and the question is not even made", async () => {
  const { client, asked } = await startOldGateway(503);
  let made = 0;
  const question = async (): Promise<ChatRequest> => {
    made += 1;
    return QUESTION;
  };
  const reading = Array.fromAsync(client.chat({ ...KEY, question }, new AbortController().signal));
  await expect(reading).rejects.toMatchObject({ code: "gateway_error" });
  expect([asked.length, made]).toEqual([1, 0]);
});

// Ours never says the first two; the seeds' does.
test.each([
  ["not_implemented", 501],
  ["timeout", 504],
  ["model_not_found", 404],
])("%s from a gateway is passed on as it is, with %i", async (code, status) => {
  const error = { code, message: "It said so.", hint: "Do this." };
  const { client } = await startOldGateway(status, JSON.stringify({ error }));
  await expect(client.models()).rejects.toMatchObject({ ...error, status });
});

test("our own gateway is asked once, and loads the history itself", async () => {
  const stack = await startTestStack();
  const { reader } = await stack.send({ message: "Count to 5" });
  await reader.ended;
  expect(reader.text).toBe("1, 2, 3, 4, 5");
  expect(await stack.generations()).toHaveLength(1);
});
