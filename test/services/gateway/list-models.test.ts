import { expect, test } from "vitest";
import { ModelList } from "../../../src/contract/common-schemas.ts";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { FINAL_LINE, startFakeEngine, startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { shapeOf } from "../../support/streams.ts";

const models = (...names: string[]) => ({ models: names.map((name) => ({ name, model: name })) });

test("the engine's models are listed in the contract's shape, the default one marked", async () => {
  const gateway = await startTestGateway({ defaultModel: "phi3:mini" });
  const { status, json } = await call(gateway.url, gatewayRoutes.models.path());
  expect(status).toBe(200);
  const list = ModelList.parse(json);
  expect(list).toEqual(json);
  expect(list.models.map((model) => model.model_name).sort()).toEqual([
    "Gemma 3 4B (Local)",
    "Llama 3.1 8B (Local)",
    "Phi 3 Mini (Local)",
    "Qwen 2.5 Coder 7B (Local)",
    "Qwen 3 8B (Local)",
  ]);
  expect(new Set(list.models.map((model) => model.provider))).toEqual(new Set(["stand-in"]));
  expect(list.default).toBe("phi3:mini");
  expect(list.models.map((model) => model.model_id).sort()).toEqual([
    "gemma3:4b",
    "llama3.1:8b",
    "phi3:mini",
    "qwen2.5-coder:7b",
    "qwen3:8b",
  ]);
  expect(list.models.filter((model) => model.is_default).map((model) => model.model_id)).toEqual([
    "phi3:mini",
  ]);
});

test.each([
  ["phi3:mini", "phi3:mini"],
  ["ollama/phi3:mini", "phi3:mini"],
])("a request that names %s is asked of %s", async (model, expected) => {
  const gateway = await startTestGateway();
  const reader = await gateway.chat({ model });
  await reader.ended;
  expect((await gateway.generation())?.model).toBe(expected);
  expect(reader.events).toContainEqual({ type: "status_update", status: "executing", detail: expected });
});

test("the model of a request is the one asked, also when it changes inside a conversation", async () => {
  const gateway = await startTestGateway();
  await (await gateway.chat({ message_id: "1", model: "phi3:mini" })).ended;
  await (await gateway.chat({ message_id: "2", model: "qwen2.5-coder:7b" })).ended;
  const asked = (await gateway.generations()).map((each) => each.model);
  expect(asked).toEqual(["phi3:mini", "qwen2.5-coder:7b"]);
});

test.each([
  ["gpt-9", "gpt-9"],
  ["ollama/gpt-9", "gpt-9"],
  ["Claude Sonnet 4", "Claude Sonnet 4"],
])("an unknown model, %s, is told with the ones that there are", async (model, name) => {
  const gateway = await startTestGateway();
  const reader = await gateway.chat({ model });
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing error error done(error)");
  const error = reader.events.find((event) => event.type === "error");
  expect(error).toMatchObject({
    code: "model_not_found",
    message: expect.stringContaining(`"${name}"`),
    hint: expect.stringContaining(`ollama pull ${name}`),
  });
  for (const installed of ["llama3.1:8b", "phi3:mini", "qwen2.5-coder:7b"]) {
    expect(error?.message).toContain(installed);
  }
});

test("an engine without any model is told what to do", async () => {
  const engineUrl = await startFakeEngine((_, response) => response.end(FINAL_LINE), models());
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await reader.ended;
  expect(reader.events).toContainEqual(
    expect.objectContaining({ code: "model_not_found", hint: "Run `ollama pull llama3.1:8b`." }),
  );
  const { json } = await call(gateway.url, gatewayRoutes.models.path());
  expect(json).toEqual({ status: "ok", models: [], default: null, configured: "llama3.1:8b" });
});
