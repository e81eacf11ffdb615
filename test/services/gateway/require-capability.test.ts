import { expect, test } from "vitest";
import { ErrorBody } from "../../../src/contract/common-schemas.ts";
import { engineRoutes, gatewayRoutes } from "../../../src/contract/routes.ts";
import { engineLine, FINAL_LINE, startFakeEngine, startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { chunk, sendEvents, startOpenAiEngine, USAGE_AND_DONE } from "../../support/openai-engine.ts";

const PICTURE = "iVBORw0KGgo=";

/** A gateway before an Ollama whose models can do this; null: its list does not tell. */
async function gatewayBefore(models: Record<string, string[] | null>) {
  const asked: string[] = [];
  const tags = Object.entries(models).map(([name, capabilities]) => ({
    name,
    model: name,
    digest: name,
    ...(capabilities && { capabilities }),
  }));
  const engineUrl = await startFakeEngine(
    (request, response) => {
      asked.push(request.url ?? "");
      response.end(engineLine("a") + FINAL_LINE);
    },
    { models: tags },
  );
  return { gateway: await startTestGateway({ engineUrl, defaultModel: "blind" }), asked };
}

/** What a gateway answers to a request that must not become a stream. */
async function refusalOf(url: string, body: object) {
  const request = {
    session_id: "80",
    message_id: "1",
    agent_id: "architect",
    content: "What is it?",
    ...body,
  };
  const { status, json } = await call(url, gatewayRoutes.chat.path(), { method: "POST", body: request });
  return { status, ...ErrorBody.parse(json).error };
}

test.each([
  ["pictures", { images: [PICTURE] }, "cannot see"],
  [
    "pictures of the last message",
    { messages: [{ role: "user", content: "What is it?", images: [PICTURE] }] },
    "cannot see",
  ],
  ["pictures, of a model by name", { images: [PICTURE], model: "ollama/blind" }, "cannot see"],
  ["thoughts", { think: true }, "cannot think"],
  ["much thought", { think: "high" }, "cannot think"],
])("%s for a model that is not able are refused before the engine is asked", async (_, body, says) => {
  const { gateway, asked } = await gatewayBefore({
    blind: ["completion"],
    able: ["completion", "vision", "thinking"],
  });
  const { status, code, message } = await refusalOf(gateway.url, body);
  expect({ status, code }).toEqual({ status: 400, code: "not_able" });
  expect(message).toContain(`"blind" ${says}`);
  expect(asked).toEqual([]);
});

test.each([
  ["a model that is able", { blind: null, able: ["completion", "vision", "thinking"] }],
  ["a model of which the engine tells nothing", { blind: null, able: null }],
])("%s is asked", async (_, models) => {
  const { gateway, asked } = await gatewayBefore(models as Record<string, string[] | null>);
  const reader = await gateway.chat({ model: "able", images: [PICTURE], think: true });
  await reader.ended;
  expect(reader.text).toBe("a");
  expect(asked).toEqual([engineRoutes.chat.path()]);
});

test("without pictures and thoughts nothing is looked up", async () => {
  const { gateway } = await gatewayBefore({ blind: ["completion"] });
  const reader = await gateway.chat({ think: false });
  await reader.ended;
  expect(reader.text).toBe("a");
});

test("an engine that is down is told by the stream, as for any message", async () => {
  const gateway = await startTestGateway({ engineUrl: "http://127.0.0.1:1" });
  const reader = await gateway.chat({ images: [PICTURE] });
  await reader.ended;
  expect(reader.events).toContainEqual(expect.objectContaining({ code: "engine_unavailable" }));
});

test("a server of OpenAI's wire that tells what its models can do is believed", async () => {
  const { url, asked } = await startOpenAiEngine(
    (response) => sendEvents(response, chunk({ content: "a" }) + USAGE_AND_DONE),
    {
      data: [{ id: "seeing" }, { id: "blind" }],
      models: [
        { name: "seeing", capabilities: ["completion", "multimodal"] },
        { name: "blind", capabilities: ["completion"] },
      ],
    },
  );
  const gateway = await startTestGateway({ engineUrl: url, engineApi: "openai" });
  expect(await refusalOf(gateway.url, { model: "blind", images: [PICTURE] })).toMatchObject({
    code: "not_able",
  });
  const reader = await gateway.chat({ model: "seeing", images: [PICTURE] });
  await reader.ended;
  expect(reader.text).toBe("a");
  expect(asked).toHaveLength(1);
});
