import { expect, test } from "vitest";
import { identifyingPath, readEngineAnswer } from "../../src/launch/identify-engine.ts";
import { planEngine } from "../../src/launch/plan-engine.ts";

const HERE = { isHere: true, ollama: undefined };
const HERE_WITH_OLLAMA = { isHere: true, ollama: "/usr/bin/ollama" };

test.each([
  ["Ollama", 200, '{"version":"0.13.0"}', { kind: "ollama", version: "0.13.0" }],
  ["the stand-in", 200, '{"version":"0.13.0+stand-in"}', { kind: "stand-in", version: "0.13.0+stand-in" }],
  ["a version that is no text", 200, '{"version":13}', { kind: "other" }],
  ["another JSON", 200, '"0.13.0"', { kind: "other" }],
  ["null", 200, "null", { kind: "other" }],
  ["a page", 200, "<!doctype html>", { kind: "other" }],
  ["nothing", 200, "", { kind: "other" }],
  ["a refusal that has a version", 503, '{"version":"0.13.0"}', { kind: "other" }],
])("%s at /api/version is read for what it is", (_, status, body, expected) => {
  expect(identifyingPath("chat")).toBe("/api/version");
  expect(readEngineAnswer("chat", status, body)).toEqual(expected);
});

test.each([
  ["a list of models", 200, '{"object":"list","data":[{"id":"m"}]}', "openai"],
  ["an empty list", 200, '{"data":[]}', "openai"],
  ["data that is no list", 200, '{"data":{}}', "other"],
  ["a version", 200, '{"version":"0.13.0"}', "other"],
  ["a page", 200, "<!doctype html>", "other"],
  ["a refusal", 401, '{"data":[]}', "other"],
])("%s at /v1/models is read for what it is", (_, status, body, kind) => {
  expect(identifyingPath("openai")).toBe("/v1/models");
  expect(readEngineAnswer("openai", status, body)).toEqual({ kind });
});

test("an engine that answers is used, whatever is on the PATH", () => {
  expect(planEngine("chat", { kind: "ollama", version: "0.13.0" }, HERE_WITH_OLLAMA)).toEqual({
    use: "external",
    kind: "ollama",
  });
  expect(planEngine("generate", { kind: "stand-in", version: "1+stand-in" }, HERE)).toEqual({
    use: "external",
    kind: "stand-in",
  });
});

test.each(["nothing", "other"] as const)("where %s answers, ollama is started if there is one", (kind) => {
  expect(planEngine("chat", { kind }, HERE_WITH_OLLAMA)).toEqual({
    use: "ollama",
    program: "/usr/bin/ollama",
  });
  expect(planEngine("chat", { kind }, HERE)).toEqual({ use: "stand-in" });
});

test.each(["other", "openai"] as const)(
  "where a server of OpenAI's wire is configured and %s answers, that is used or waited for",
  (kind) => {
    expect(planEngine("openai", { kind }, HERE_WITH_OLLAMA)).toEqual({ use: "external", kind: "openai" });
  },
);

test("where nothing answers, the stand-in speaks OpenAI's wire, on this machine alone", () => {
  const nothing = { kind: "nothing" } as const;
  expect(planEngine("openai", nothing, HERE_WITH_OLLAMA)).toEqual({ use: "stand-in" });
  expect(planEngine("openai", nothing, { isHere: false, ollama: undefined })).toEqual({
    use: "external",
    kind: "openai",
  });
});
