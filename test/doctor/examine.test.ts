import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { SessionList } from "../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { findFault } from "../../src/faults/find-fault.ts";
import { brokenIn, examineUrls, rungOf } from "../support/doctor.ts";
import { startFakeEngine } from "../support/gateway.ts";
import { call } from "../support/http.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { answerInWords, startOpenAiEngine } from "../support/openai-engine.ts";
import { freePorts } from "../support/ports.ts";
import { startTestStack, type TestStack } from "../support/stack.ts";

const RUNGS = [
  ...["process", "port", "answers", "model", "chat"].map((rung) => `engine/${rung}`),
  ...["process", "port", "answers", "engine", "chat", "resume", "cancel"].map((rung) => `gateway/${rung}`),
  ...[
    "process",
    "port",
    "answers",
    "page",
    "scripts",
    "gateway",
    "reply",
    "stored",
    "pace",
    "general-stream",
    "cancel",
  ].map((rung) => `hmi/${rung}`),
];

test("every rung of a healthy stack holds, each with its time, and nothing is left", async () => {
  const stack = await startTestStack();
  const report = await examineUrls(stack);
  expect(report.rungs.map(({ id }) => id)).toEqual(RUNGS);
  expect(report.rungs.filter(({ status }) => status !== "holds")).toEqual([]);
  expect(report.rungs.every(({ took_ms }) => took_ms !== null)).toBe(true);
  expect(report).toMatchObject({ ok: true, left_behind: [] });
  await expectNothingLeft(stack);
});

test("it asks for a few tokens at each level, and for more only once, to see their pace", async () => {
  const stack = await startTestStack();
  await examineUrls(stack);
  const asked = await stack.generations();
  expect(asked.map(({ ended }) => ended)).toEqual(["done", "done", "done", "done", "done", "aborted"]);
  // How much the cancelled one has written by then is a matter of the machine.
  const whole = asked.filter(({ ended }) => ended === "done").map(({ tokens_sent }) => tokens_sent);
  const [counting = 0, ...others] = whole.toSorted((a, b) => b - a);
  expect(counting).toBeLessThanOrEqual(48);
  expect(Math.max(...others)).toBeLessThanOrEqual(4);
});

test("nobody's active conversation changes", async () => {
  const stack = await startTestStack();
  const { session_id } = await stack.newSession();
  await examineUrls(stack);
  expect(await stack.session(session_id)).toMatchObject({ active: true, message_count: 0 });
});

test.each([
  ["gateway-get-missing", { "gateway/resume": "resume_missing" }],
  ["cancel-endpoint-missing", { "gateway/cancel": "cancel_missing" }],
  ["cancel-leaves-engine-working", { "hmi/cancel": "engine_goes_on" }],
  ["page-cacheable", { "hmi/page": "page_cacheable" }],
  ["script-name-fixed", { "hmi/scripts": "script_cacheable" }],
  ["reply-without-model-id", { "hmi/general-stream": "reply_not_saved" }],
  ["conversation-without-model-id", { "hmi/general-stream": "reply_not_saved" }],
  ["user-message-without-model-id", { "hmi/general-stream": "reply_not_saved" }],
  ["done-missing", { "hmi/general-stream": "reply_cut" }],
])("with the fault %s, the rungs break that it breaks", async (name, expected) => {
  const stack = await startTestStack({ overrides: findFault(name).overrides(() => undefined) });
  const report = await examineUrls(stack);
  expect(brokenIn(report)).toEqual(expected);
  expect(report).toMatchObject({ ok: false, left_behind: [] });
  await expectNothingLeft(stack);
});

test("a heartbeat is looked for only where there is time, and a missing one is named", async () => {
  const stream = { heartbeat_ms: 300 };
  const healthy = await startTestStack({ stream });
  const silent = await startTestStack({
    stream,
    overrides: findFault("no-heartbeat").overrides(() => undefined),
  });
  expect(brokenIn(await examineUrls(silent, { stream }))).toEqual({});
  const [good, bad] = await Promise.all(
    [healthy, silent].map((each) => examineUrls(each, { stream, slow: true })),
  );
  expect(good?.rungs.filter(({ name }) => name === "heartbeat")).toMatchObject([
    { id: "gateway/heartbeat", status: "holds" },
    { id: "hmi/heartbeat", status: "holds" },
  ]);
  expect(bad && brokenIn(bad)).toEqual({ "hmi/heartbeat": "no_heartbeat" });
});

test("where the engine lacks the configured model, what stands in for it is judged, and told", async () => {
  const stack = await startTestStack({ chat: { model: "Claude Sonnet 4" } });
  const report = await examineUrls(stack, { chat: { model: "Claude Sonnet 4" } });
  expect(report).toMatchObject({ ok: true, model: "llama3.1:8b", configured_model: "Claude Sonnet 4" });
  expect(report.rungs.filter(({ status }) => status === "not_tried")).toEqual([]);
  expect(rungOf(report, "engine/model").text).toBe(
    'does not have the configured model "Claude Sonnet 4": llama3.1:8b, the first that it lists, stands in',
  );
});

test("an engine without any model is named; what needs the engine waits, the rest is tried", async () => {
  const engine = await startFakeEngine(() => undefined, { models: [] });
  const report = await examineUrls({ ...(await startTestStack({ engineUrl: engine })), engine });
  expect(brokenIn(report)).toEqual({ "engine/model": "model_missing" });
  expect(rungOf(report, "gateway/chat")).toMatchObject({ status: "not_tried", waits_for: "engine/model" });
  expect(rungOf(report, "hmi/scripts").status).toBe("holds");
});

test("a stack before an OpenAI-compatible server is climbed to its top, and nothing is called by another name", async () => {
  const { url } = await startOpenAiEngine(answerInWords, { data: [{ id: "tiny" }] });
  const stack = await startTestStack({ engineUrl: url, engine: { api: "openai", api_key: "sk-1" } });
  const settings = { engine: { api: "openai", api_key: "sk-1" } } as const;
  const report = await examineUrls({ ...stack, engine: url }, settings);
  expect(brokenIn(report)).toEqual({});
  expect(report).toMatchObject({ ok: true, model: "tiny" });
  expect(rungOf(report, "engine/answers").text).toBe("answers, by OpenAI's wire");
  expect(JSON.stringify(report.rungs)).not.toMatch(/ollama|sk-1/i);
});

test("an engine that speaks the other wire is told as that", async () => {
  const { url } = await startOpenAiEngine(answerInWords);
  const stack = await startTestStack();
  const report = await examineUrls({ ...stack, engine: url });
  expect(rungOf(report, "engine/answers").problem).toMatchObject({
    code: "no_engine",
    next: "STACK_ENGINE_API=openai stack up",
  });
});

test("a token that is refused is named at each service, without the token", async () => {
  const stack = await startTestStack({ auth: { token: "right-token" } });
  const refused = { "gateway/answers": "token_refused", "hmi/answers": "token_refused" };
  const report = await examineUrls(stack, { token: "wrong-token" });
  expect(brokenIn(report)).toEqual(refused);
  expect(JSON.stringify(report)).not.toContain("wrong-token");
  expect(brokenIn(await examineUrls(stack))).toEqual(refused);
  expect(await examineUrls(stack, { token: "right-token" })).toMatchObject({ ok: true });
});

test("a gateway that asks for its engine elsewhere cannot reach it, and both addresses are told", async () => {
  const { engine } = await startTestStack();
  const [port] = await freePorts(1);
  const astray = await startTestStack({ engineUrl: `http://127.0.0.1:${port}` });
  const report = await examineUrls({ ...astray, engine });
  expect(brokenIn(report)).toEqual({ "gateway/engine": "unreachable" });
  expect(rungOf(report, "gateway/engine").problem?.cause).toBe(
    `It asks at http://127.0.0.1:${port}; the engine is at ${engine}. It was started with other settings.`,
  );
});

test("an HMI that cannot reach the gateway is told apart from a gateway that is down", async () => {
  const stack = await startTestStack({
    overrides: {
      gateway: (client) => ({ ...client, health: () => Promise.reject(new Error("connection refused")) }),
    },
  });
  expect(brokenIn(await examineUrls(stack))).toEqual({ "hmi/gateway": "unreachable" });
  const [port] = await freePorts(1);
  const report = await examineUrls({ ...stack, gateway: `http://127.0.0.1:${port}` });
  expect(brokenIn(report)).toEqual({ "gateway/process": "not_running" });
  expect(rungOf(report, "hmi/gateway").waits_for).toBe("gateway/process");
});

test("what answers and is no service of the stack is told as it answered", async () => {
  const url = await listenOnAnyPort(
    createHttpServer((_, response) => response.writeHead(404).end("not here")),
  );
  const report = await examineUrls({ hmi: url, gateway: url, engine: url });
  expect(brokenIn(report)).toEqual({
    "engine/answers": "no_engine",
    "gateway/answers": "wrong_service",
    "hmi/answers": "wrong_service",
  });
  expect(rungOf(report, "hmi/answers").text).toContain('404 "not here"');
});

test("a service that hangs up does not answer", async () => {
  const url = await listenOnAnyPort(createServer((socket) => socket.destroy()));
  const { gateway, engine } = await startTestStack();
  expect(brokenIn(await examineUrls({ hmi: url, gateway, engine }))).toEqual({ "hmi/answers": "no_answer" });
});

test("processes of another machine are not looked at", async () => {
  const { hmi, gateway, engine } = await startTestStack();
  const elsewhere = engine.replace("127.0.0.1", "ollama.invalid");
  const report = await examineUrls({ hmi, gateway, engine: elsewhere });
  expect(rungOf(report, "engine/process")).toMatchObject({
    status: "skipped",
    text: "ollama.invalid is another machine: its processes cannot be looked at from here",
  });
  expect(brokenIn(report)).toEqual({ "engine/answers": "no_answer" });
});

test("a message that went to a conversation of somebody else's is told as left behind", async () => {
  const fault = findFault("conversation-without-model-id");
  const stack = await startTestStack({ overrides: fault.overrides(() => undefined) });
  await stack.newSession();
  const { left_behind } = await examineUrls(stack);
  expect(left_behind).toEqual([expect.stringContaining("a message in a general conversation: ")]);
});

test("an interrupted look ends with its reason, and leaves nothing", async () => {
  const stack = await startTestStack({
    overrides: findFault("cancel-leaves-engine-working").overrides(() => undefined),
  });
  const interrupt = new AbortController();
  const examining = examineUrls(stack, { signal: interrupt.signal });
  examining.catch(() => undefined);
  await expect.poll(async () => (await stack.generations()).length).toBe(6);
  interrupt.abort(new Error("Interrupted."));
  await expect(examining).rejects.toThrow("Interrupted.");
  await expectNothingLeft(stack);
});

async function expectNothingLeft({ hmi }: TestStack): Promise<void> {
  const profiles = (await call(hmi, hmiRoutes.profiles.path())).json;
  const sessions = SessionList.parse((await call(hmi, hmiRoutes.sessions.path())).json);
  expect({ profiles: profiles.profiles, sessions: sessions.sessions }).toEqual({
    profiles: [],
    sessions: [],
  });
}
