import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { rungOf } from "../support/doctor.ts";
import { startTestEngine } from "../support/gateway.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { ODD_WIRE, startOddBackEnd } from "../support/odd-back-end.ts";
import { LOGINS, PEOPLE_WIRE, startPeopleChat } from "../support/people-chat.ts";

async function examineWire(driver: string, urls: Parameters<typeof examine>[0]["urls"]) {
  return await examine({
    config: DEFAULT_CONFIG,
    env: {},
    urls: urls ?? {},
    contract: { ...DEFAULT_CONFIG.contract, driver },
    signal: new AbortController().signal,
  });
}

test("an engine by itself is judged by what people do with it", async () => {
  const engine = await startTestEngine();
  const report = await examineWire("ollama", { engine });
  expect(report).toMatchObject({ ok: true, hmi: null, gateway: null, engine, left_behind: [] });
  expect(report.rungs.map(({ id, status }) => [id, status])).toEqual([
    ["engine/process", "holds"],
    ["engine/port", "holds"],
    ["engine/answers", "holds"],
    ["engine/model", "holds"],
    ["engine/reply", "holds"],
    ["engine/stored", "skipped"],
    ["engine/pace", "holds"],
    ["engine/cancel", "holds"],
  ]);
  // No setting would give it any.
  expect(rungOf(report, "engine/stored").text).toBe(
    "the wire of ollama has no memory: each message brings its whole conversation",
  );
});

test("of OpenAI's wire nobody says that a cancel stops an engine that is not known", async () => {
  const gateway = await startTestEngine();
  const report = await examineWire("openai-chat", { gateway });
  expect(report.rungs.filter(({ status }) => status === "broken")).toEqual([]);
  expect(rungOf(report, "gateway/cancel")).toMatchObject({
    status: "skipped",
    text: expect.stringContaining("cannot be seen without a tap"),
  });
  const known = await examineWire("openai-chat", { gateway, engine: gateway });
  expect(rungOf(known, "gateway/cancel").text).toBe("a cancel stops the engine");
});

test("a reply that is saved a moment later, and without its last line break, is saved", async () => {
  const engine = await startTestEngine();
  const { url, close } = await startOddBackEnd(engine, ["saves-late"]);
  onTestFinished(close);
  const report = await examine({
    // A name of the back end's own.
    config: { ...DEFAULT_CONFIG, chat: { ...DEFAULT_CONFIG.chat, model: "the-house-model" } },
    env: {},
    urls: { hmi: url, engine },
    contract: { ...DEFAULT_CONFIG.contract, driver: "described", wire: ODD_WIRE },
    signal: new AbortController().signal,
  });
  expect(report.rungs.filter(({ status }) => status === "broken")).toEqual([]);
  expect(rungOf(report, "engine/model").text).toBe("has models: llama3.1:8b is asked of it directly");
  expect(rungOf(report, "hmi/stored").text).toBe("message and reply are saved, and read back as they were");
  expect(rungOf(report, "hmi/cancel").text).toBe("a cancel stops the engine");
});

test("another wire than the one that is spoken is told in the answer's own words", async () => {
  const gateway = await startTestEngine();
  const report = await examineWire("litellm", { gateway });
  // The stand-in has no health report of LiteLLM's.
  expect(rungOf(report, "gateway/answers").text).toContain("404");
  const responses = await examineWire("openai-responses", { gateway });
  expect(rungOf(responses, "gateway/reply")).toMatchObject({
    status: "broken",
    text: expect.stringContaining("404"),
  });
});

test("a back end that asks for another token is told as that by the message that it refuses", async () => {
  const gateway = await listenOnAnyPort(
    createServer((request, response) => {
      const isMessage = request.method === "POST";
      response.writeHead(isMessage ? 401 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(isMessage ? { error: "log in first" } : { data: [{ id: "tiny" }] }));
    }),
  );
  const report = await examineWire("openai-chat", { gateway });
  expect(rungOf(report, "gateway/reply").problem).toMatchObject({
    code: "token_refused",
    cause: expect.stringContaining("asks for a token, and none is configured"),
  });
});

test.each([
  [401, { detail: "log in first" }],
  [403, { detail: "Not authenticated" }],
])("a refused token is told once, on the lowest rung that shows it: %i", async (status, body) => {
  const hmi = await listenOnAnyPort(
    createServer((request, response) => {
      const isOpen = request.url === "/status";
      response.writeHead(isOpen ? 200 : status, { "content-type": "application/json" });
      response.end(JSON.stringify(isOpen ? {} : body));
    }),
  );
  const wire = { ...ODD_WIRE, models: { request: "GET /models", list: "models", id: "id" } };
  const { rungs } = await examine({
    config: DEFAULT_CONFIG,
    env: {},
    urls: { hmi },
    contract: { ...DEFAULT_CONFIG.contract, driver: "described", wire },
    signal: new AbortController().signal,
  });
  expect(rungs.filter(({ problem }) => problem !== null)).toMatchObject([
    {
      id: "hmi/model",
      text: `refuses our token: ${status} at ${hmi}, GET /models: ${body.detail}`,
      problem: { code: "token_refused", next: "STACK_AUTH_TOKEN=... stack doctor" },
    },
  ]);
  expect(rungOf({ rungs }, "hmi/cancel")).toMatchObject({ status: "not_tried", waits_for: "hmi/model" });
});

test("a list of models that fails for another reason bars no message", async () => {
  const gateway = await listenOnAnyPort(
    createServer((request, response) => {
      const isList = request.url === "/v1/models";
      response.writeHead(isList ? 403 : request.url === "/" ? 200 : 401, {
        "content-type": "application/json",
      });
      response.end(JSON.stringify({ error: isList ? "no list is kept here" : "who are you?" }));
    }),
  );
  const { rungs } = await examineWire("openai-chat", { gateway });
  const codes = rungs.map(({ id, problem }) => [id, problem?.code]).filter(([, code]) => code !== undefined);
  expect(codes).toEqual([
    ["gateway/model", "call_refused"],
    ["gateway/reply", "token_refused"],
  ]);
});

test("whom a login does not let in is told so, and nothing is said of a service that broke off", async () => {
  const { url } = await startPeopleChat();
  const wire = { ...PEOPLE_WIRE, login: LOGINS.bearer };
  const report = await examine({
    config: { ...DEFAULT_CONFIG, auth: { ...DEFAULT_CONFIG.auth, users: { ada: "another" } } },
    env: {},
    urls: { hmi: url },
    contract: { ...DEFAULT_CONFIG.contract, driver: "described", wire },
    signal: new AbortController().signal,
  });
  const { text, problem } = rungOf(report, "hmi/answers");
  expect(text).toContain("does not let ada in: POST /login answered 401");
  expect(problem).toMatchObject({ code: "not_let_in", cause: expect.stringContaining("auth.users") });
});
