import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ModelList } from "../../../src/contract/common-schemas.ts";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { engineLine, FINAL_LINE, startFakeEngine, startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

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
  ["the configured one, if the engine has it", "B:1", "b:1"],
  ["the configured one without its tag", "a", "a:latest"],
  ["the engine's first, if it does not", "other", "a:latest"],
])("the default model is %s", async (_, defaultModel, expected) => {
  let asked = "";
  const engineUrl = await startFakeEngine(
    (request, response) => {
      request.on("data", (bytes) => {
        asked += bytes;
      });
      request.on("end", () => response.end(FINAL_LINE));
    },
    models("a:latest", "b:1"),
  );
  const gateway = await startTestGateway({ engineUrl, defaultModel });
  await (await gateway.chat()).ended;
  expect(JSON.parse(asked)).toMatchObject({ model: expected, stream: true });
});

/** A gateway whose default model is `b:1`, before an engine that has what `has` says at the time. */
async function startWithDefault(has: string[], { lists = () => has } = {}) {
  const asked: string[] = [];
  const engineUrl = await startFakeEngine(
    async (request, response) => {
      const { model } = (await json(request)) as { model: string };
      asked.push(model);
      if (has.includes(model)) response.end(engineLine("a") + FINAL_LINE);
      else response.writeHead(404).end(JSON.stringify({ error: `model "${model}" not found` }));
    },
    { toJSON: () => models(...lists()) },
  );
  const gateway = await startTestGateway({ engineUrl, defaultModel: "b:1" });
  let sent = 0;
  /** Sends a message; returns the shape of its stream, the models that the engine was asked for, and the one told. */
  const say = async () => {
    sent += 1;
    asked.length = 0;
    const reader = await gateway.chat({ message_id: String(sent) });
    await reader.ended;
    const told = reader.events.find((event) => "status" in event && event.status === "executing");
    return {
      shape: shapeOf(reader.events),
      asked: [...asked],
      told: told && "detail" in told && told.detail,
    };
  };
  return say;
}

const WHOLE = "started planning executing token complete usage done(stop)";

test("a default model that is removed gives way at once, and is the default again once it is pulled", async () => {
  const has = ["a:latest", "b:1"];
  const say = await startWithDefault(has);
  expect(await say()).toEqual({ shape: WHOLE, asked: ["b:1"], told: "b:1" });
  has.pop();
  expect(await say()).toEqual({ shape: WHOLE, asked: ["b:1", "a:latest"], told: "a:latest" });
  expect(await say()).toEqual({ shape: WHOLE, asked: ["a:latest"], told: "a:latest" });
  has.push("b:1");
  expect(await say()).toEqual({ shape: WHOLE, asked: ["b:1"], told: "b:1" });
});

test("while the engine has the default model it is not asked for its list again", async () => {
  let listed = 0;
  const has = ["a:latest", "b:1"];
  const say = await startWithDefault(has, {
    lists: () => {
      listed += 1;
      return has;
    },
  });
  await say();
  await say();
  expect(listed).toBe(1);
});

test("nor is it after a cancel, which says nothing about the model", async () => {
  let listed = 0;
  const engineUrl = await startFakeEngine((_, response) => response.flushHeaders(), {
    toJSON: () => {
      listed += 1;
      return models("b:1");
    },
  });
  const gateway = await startTestGateway({ engineUrl, defaultModel: "b:1" });
  for (const message_id of ["1", "2"]) {
    const reader = await gateway.chat({ message_id });
    await eventually(() => expect(shapeOf(reader.events)).toBe("started planning executing"));
    await gateway.cancel();
    await reader.ended;
  }
  expect(listed).toBe(1);
});

test("a default model that the engine lists and does not have is asked once", async () => {
  const say = await startWithDefault([], { lists: () => ["b:1"] });
  expect(await say()).toMatchObject({
    shape: "started planning executing error error done(error)",
    asked: ["b:1"],
  });
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
