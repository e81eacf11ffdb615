import { expect, test } from "vitest";
import { EngineTags } from "../../../src/contract/engine-schemas.ts";
import { call, post, startTestEngine } from "./client.ts";

test("the tags are the models, newest first", async () => {
  const { text } = await call(await startTestEngine(), "GET", "/api/tags");
  const { models } = EngineTags.parse(JSON.parse(text));
  expect(models.map(({ name }) => name)).toEqual([
    "llama3.1:8b",
    "qwen2.5-coder:7b",
    "phi3:mini",
    "qwen3:8b",
    "gemma3:4b",
  ]);
  expect(models.map(({ model }) => model)).toEqual(models.map(({ name }) => name));
});

test("a tag has the fields of Ollama's, in its order", async () => {
  const { text } = await call(await startTestEngine(), "GET", "/api/tags");
  const [entry] = JSON.parse(text).models;
  expect(Object.keys(entry)).toEqual([
    "name",
    "model",
    "modified_at",
    "size",
    "digest",
    "details",
    "capabilities",
  ]);
  expect(entry).toMatchObject({
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    size: expect.any(Number),
    details: {
      parent_model: "",
      format: "gguf",
      family: "llama",
      families: ["llama"],
      context_length: 131_072,
    },
  });
});

test("no model is loaded at first", async () => {
  expect(await call(await startTestEngine(), "GET", "/api/ps")).toMatchObject({ text: '{"models":[]}' });
});

test.each(["model", "name"])("show finds the model by its %s, in any case", async (field) => {
  const { status, text } = await post(await startTestEngine(), "/api/show", { [field]: "PHI3:Mini" });
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({
    details: { family: "phi3", parameter_size: "3.8B", quantization_level: "Q4_0" },
    model_info: { "general.architecture": "phi3", "phi3.context_length": 131_072 },
    capabilities: ["completion"],
    template: expect.stringContaining("{{ .Content }}"),
    parameters: expect.stringContaining("stop "),
    modelfile: expect.stringContaining("FROM phi3:mini"),
  });
});

test.each([
  ["{}", 400, "model is required"],
  ['{"model":"nope"}', 404, "model 'nope:latest' not found"],
  ['{"model":"a b"}', 400, "invalid model name"],
  ['{"model":"x:cloud"}', 403, "ollama cloud is disabled: remote model details are unavailable"],
  ['{"model":5}', 400, "json: cannot unmarshal number into Go struct field ShowRequest.model of type string"],
  ["", 400, "missing request body"],
])("show of %j is %i: %s", async (body, status, error) => {
  const answer = await call(await startTestEngine(), "POST", "/api/show", body);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text)).toEqual({ error });
});

test("the record refuses an id that is none", async () => {
  const answer = await call(await startTestEngine(), "GET", "/stand-in/generations?after=x");
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('found \\"x\\"');
});
