import { expect, test } from "vitest";
import { suites } from "../../src/checks/suites.ts";
import type { RungProblem } from "../../src/doctor/climb-ladder.ts";
import { explainSymptom, type Symptoms } from "../../src/doctor/symptom-explanations.ts";

const KEEPER = { name: "systemd unit ollama.service", stop: "sudo systemctl disable --now ollama" };
const OWNER = { pid: 812, words: "pid 812, ollama serve, started 2 h ago in /", keeper: KEEPER };
const OTHER = { pid: 977, words: "pid 977, ollama serve, started 3 min ago in ~", keeper: undefined };
const UNSEEN = {
  pid: undefined,
  words: "a process of user root that could not be looked at",
  keeper: undefined,
};
const INSTALLED = ["llama3.1:8b", "phi3:mini"];
const MISSING = { model: "llama3.1:8b", kind: "ollama", rivals: [] } as const;
const ENGINE = { model: "llama3.1:8b", kind: "ollama", url: "http://127.0.0.1:11434" } as const;
const UNREACHABLE = {
  service: "gateway",
  isOurs: true,
  needs: "engine",
  path: "/api/version",
  error: "connection refused",
} as const;
const DEFAULT_MODEL = { service: "hmi", model: "Claude Sonnet 4", installed: INSTALLED } as const;

const REFUSED = {
  service: "gateway",
  url: "http://127.0.0.1:6120",
  call: "GET /x",
  status: 401,
  said: "",
} as const;

type Case = {
  [Code in keyof Symptoms]: [
    what: string,
    code: Code,
    seen: Symptoms[Code],
    told: Partial<Record<"found" | "cause", string>> & Pick<RungProblem, "next">,
  ];
}[keyof Symptoms];

const NO_STORE: Symptoms["store_unavailable"] = {
  service: "hmi",
  url: "http://127.0.0.1:6101",
  isOurs: true,
  error: "no answer within 1700 ms",
  postgresql: undefined,
};

const CASES: readonly Case[] = [
  [
    "a copy that was given up",
    "copies_down",
    {
      service: "gateway",
      count: 3,
      down: [{ name: "gateway-2", state: "failed", detail: "it exited with code 1" }],
    },
    {
      found: "1 of 3 copies does not work: gateway-2 is failed",
      cause: "it exited with code 1",
      next: "stack up gateway",
    },
  ],
  [
    "a copy that alone does not reach the engine",
    "copies_down",
    {
      service: "gateway",
      count: 3,
      down: [{ name: "gateway-2", state: "degraded", detail: "engine: connection refused" }],
    },
    {
      found: "1 of 3 copies does not work: gateway-2 is degraded",
      cause: "engine: connection refused",
      next: "stack restart gateway-2",
    },
  ],
  [
    "copies that are down for several reasons",
    "copies_down",
    {
      service: "hmi",
      count: 3,
      down: [
        { name: "hmi-2", state: "unhealthy", detail: "no answer within 2000 ms" },
        { name: "hmi-3", state: "failed", detail: "it exited with code 1" },
      ],
    },
    { cause: "hmi-2: no answer within 2000 ms; hmi-3: it exited with code 1", next: "stack up hmi" },
  ],
  [
    "a service that nobody started",
    "not_running",
    {
      service: "hmi",
      url: "http://127.0.0.1:6101",
      isOurs: true,
      namedBy: "hmi.host and hmi.port",
      unreadable: undefined,
      lastExit: undefined,
    },
    { cause: "The HMI was never started here", next: "stack up" },
  ],
  [
    "a service that is somewhere else",
    "not_running",
    {
      service: "gateway",
      url: "http://127.0.0.1:6120",
      isOurs: false,
      namedBy: "gateway.host and gateway.port",
      unreadable: undefined,
      lastExit: undefined,
    },
    { cause: "its address is from gateway.host and gateway.port", next: "stack doctor --gateway URL" },
  ],
  [
    "a record of a process that is gone",
    "stale_record",
    { service: "gateway", pid: 4719, fate: "gone", log: "/s/log/gateway.log" },
    { found: "pid 4719, which is gone", cause: "last words are in /s/log/gateway.log", next: "stack up" },
  ],
  [
    "a record of another boot",
    "stale_record",
    { service: "gateway", pid: 4719, fate: "other_boot", log: "" },
    { cause: "The machine was started again.", next: "stack up" },
  ],
  [
    "a stranger on the port, kept by a unit",
    "port_taken",
    { service: "hmi", url: "http://127.0.0.1:6101", by: [OWNER], isAlike: false },
    { cause: KEEPER.name, next: "sudo systemctl disable --now ollama && stack up" },
  ],
  [
    "an HMI that is none of this stack",
    "port_taken",
    { service: "hmi", url: "http://127.0.0.1:6101", by: [OTHER], isAlike: true },
    { cause: "`kill 977 && stack up`", next: "stack doctor --hmi http://127.0.0.1:6101" },
  ],
  [
    "a stranger that this user may not see",
    "port_taken",
    { service: "hmi", url: "http://127.0.0.1:6101", by: [UNSEEN], isAlike: false },
    { found: "user root", next: "sudo ss -ltnp && stack up" },
  ],
  [
    "a second HMI that owns nothing",
    "duplicate",
    { service: "hmi", port: 6101, owner: OWNER, others: [OTHER] },
    { found: "2 processes run the same program: pid 812", next: "kill 977" },
  ],
  [
    "a port with two listeners",
    "second_listener",
    { service: "hmi", port: 6101, owner: OWNER, others: [OTHER] },
    { found: "port 6101 has 2 listeners", next: "kill 977" },
  ],
  [
    "an engine's port taken by a second Ollama",
    "second_ollama",
    { port: 11434, owner: OTHER, others: [OWNER] },
    { found: "two Ollamas", cause: "starts it again after a kill", next: KEEPER.stop },
  ],
  [
    "a process that does not listen",
    "not_listening",
    { service: "hmi", port: 6101, pid: 4711, log: "/s/log/hmi.log" },
    { found: "process 4711 is there", next: "stack restart hmi" },
  ],
  [
    "an address at which there is nobody",
    "no_answer",
    {
      service: "gateway",
      url: "http://10.0.0.5:6120",
      path: "/health",
      isOurs: false,
      error: "connect ECONNREFUSED 10.0.0.5:6120",
    },
    { cause: "Nothing listens there", next: "curl -i -m 5 http://10.0.0.5:6120/health" },
  ],
  [
    "something that is no engine",
    "no_engine",
    { url: "http://127.0.0.1:11434", path: "/api/version", status: 404, speaks: undefined },
    { next: "curl -i http://127.0.0.1:11434/api/version" },
  ],
  [
    "an engine that speaks the other wire",
    "no_engine",
    { url: "http://127.0.0.1:8080", path: "/api/version", status: 404, speaks: "openai" },
    { cause: "engine.api has to be openai", next: "STACK_ENGINE_API=openai stack up" },
  ],
  [
    "an engine that asks for a key",
    "engine_key_refused",
    { url: "http://127.0.0.1:8080", status: 401, hasKey: false },
    {
      found: "asks for a key: 401",
      cause: "none is configured here (engine.api_key)",
      next: "STACK_ENGINE_API_KEY=... stack doctor",
    },
  ],
  [
    "an engine that was started with another key",
    "engine_key_refused",
    { url: "http://127.0.0.1:8080", status: 401, hasKey: true },
    { found: "refuses our key: 401", next: "STACK_ENGINE_API_KEY=... stack doctor" },
  ],
  [
    "a list of models that is none",
    "models_unreadable",
    { path: "/v1/models", said: '"Hello"' },
    { found: 'GET /v1/models answered "Hello"', next: "stack config" },
  ],
  [
    "an engine without any model, where a display name is configured",
    "model_missing",
    { ...MISSING, model: "Claude Sonnet 4" },
    { found: "it has no model at all", next: "ollama pull llama3.1:8b" },
  ],
  ["a model that was never pulled", "model_missing", MISSING, { next: "ollama pull llama3.1:8b" }],
  [
    "a model in the folder of another Ollama",
    "model_missing",
    { ...MISSING, rivals: [OWNER] },
    { cause: "its own folder of models", next: KEEPER.stop },
  ],
  [
    "a server without a model",
    "model_missing",
    { ...MISSING, kind: "openai" },
    { cause: "started without a model", next: "stack logs engine" },
  ],
  [
    "a model that does not load",
    "engine_chat_failed",
    { ...ENGINE, status: 500, said: "model runner has unexpectedly stopped" },
    { cause: "lack of memory", next: 'ollama run llama3.1:8b "Say OK"' },
  ],
  [
    "an engine whose queue is full",
    "engine_chat_failed",
    { ...ENGINE, status: 503, said: "server busy" },
    { cause: "queue is full", next: 'ollama run llama3.1:8b "Say OK"' },
  ],
  ["an engine that is stuck", "engine_silent", { ...ENGINE, seconds: 180 }, { next: "ollama ps" }],
  [
    "a server that is stuck",
    "engine_silent",
    { ...ENGINE, kind: "openai", seconds: 180 },
    { next: "curl -i http://127.0.0.1:11434/v1/models" },
  ],
  [
    "a server whose model does not load",
    "engine_chat_failed",
    { ...ENGINE, kind: "openai", status: 500, said: "out of memory" },
    { cause: "lack of memory", next: "curl -i http://127.0.0.1:11434/v1/models" },
  ],
  [
    "a service that hangs",
    "no_answer",
    { service: "hmi", url: "http://127.0.0.1:6101", path: "/health", isOurs: true, error: "timeout" },
    { next: "stack restart hmi" },
  ],
  [
    "an engine that looks for hardware",
    "no_answer",
    {
      service: "engine",
      url: "http://127.0.0.1:11434",
      path: "/api/version",
      isOurs: true,
      error: "timeout",
    },
    { cause: "hardware", next: "curl -m 40 http://127.0.0.1:11434/api/version" },
  ],
  [
    "another program behind the address",
    "wrong_service",
    { service: "hmi", url: "http://127.0.0.1:6101", found: "404 not here", isNamed: false },
    { found: "is not the HMI: 404 not here", next: "curl -i http://127.0.0.1:6101/health" },
  ],
  [
    "a back end of somebody's own, of which nothing is told",
    "wrong_service",
    { service: "hmi", url: "http://127.0.0.1:7720", found: "404 not here", isNamed: true },
    { cause: "nothing says how it is talked to", next: "stack init --from chat.har" },
  ],
  [
    "another token",
    "token_refused",
    { ...REFUSED, hasToken: true },
    { cause: "another token than the configured one", next: "STACK_AUTH_TOKEN=... stack doctor" },
  ],
  [
    "no token",
    "token_refused",
    { ...REFUSED, hasToken: false },
    { cause: "none is configured here", next: "STACK_AUTH_TOKEN=... stack doctor" },
  ],
  [
    "a login that lets nobody in",
    "not_let_in",
    { found: "http://h does not let ada in: POST /login answered 401", advice: "A name in auth.users ..." },
    { found: "does not let ada in", cause: "auth.users", next: "stack config" },
  ],
  [
    "a gateway that asks another engine",
    "unreachable",
    { ...UNREACHABLE, asks: "http://127.0.0.1:9", at: "http://127.0.0.1:11434" },
    { cause: "It asks at http://127.0.0.1:9; the engine is at", next: "stack restart gateway" },
  ],
  [
    "a gateway in a network of its own",
    "unreachable",
    { ...UNREACHABLE, isOurs: false, asks: "http://127.0.0.1:11434", at: "http://127.0.0.1:11434" },
    { cause: "a network of its own", next: "curl -i -m 5 http://127.0.0.1:11434/api/version" },
  ],
  [
    "a database that does not open",
    "store_unavailable",
    { ...NO_STORE, error: "disk I/O error" },
    { found: "the HMI's database does not work: disk I/O error", next: "df -h . && stack restart hmi" },
  ],
  [
    "a PostgreSQL that is away",
    "store_unavailable",
    { ...NO_STORE, service: "gateway", postgresql: "chat at 10.0.0.5:5432" },
    {
      found: "the gateway's database does not work: ",
      cause:
        "PostgreSQL (store.url: chat at 10.0.0.5:5432) does not run, is cut off from here, or has no room",
      next: "stack store check",
    },
  ],
  [
    "a display name as the HMI's default",
    "wrong_default_model",
    { ...DEFAULT_MODEL, folder: "/srv/my webui" },
    {
      cause: "A display name was used where a model id belongs. It is the HMI's own default",
      next: "grep -rn 'Claude Sonnet 4' '/srv/my webui'",
    },
  ],
  [
    "a default of which only the engine's 404 is known",
    "wrong_default_model",
    { ...DEFAULT_MODEL, model: undefined, folder: undefined },
    { next: "grep -rniE 'default.?model' ." },
  ],
  [
    "a reply that failed",
    "reply_failed",
    { service: "hmi", call: "GET /x", said: "out of memory", hint: "Buy some." },
    { found: "GET /x: out of memory", cause: "Buy some.", next: "stack status" },
  ],
  [
    "a reply without an end",
    "reply_cut",
    { service: "hmi", call: "GET /x" },
    { found: "GET /x ended without `done`", next: "stack verify sse --grep done" },
  ],
  [
    "a reply that goes on without a word",
    "reply_unended",
    { service: "hmi", call: "POST /x", silentMs: 29_100, isEngineDone: false },
    { found: "nothing more of this reply for 29.1 s", cause: "swallows the end", next: "stack trace" },
  ],
  [
    "a reply that no engine wrote",
    "not_from_engine",
    { service: "hmi", text: "All is well.", at: "http://127.0.0.1:6134" },
    {
      found: '"All is well." came, and nothing was asked at http://127.0.0.1:6134',
      cause: "a text of its own",
      next: "stack trace",
    },
  ],
  [
    "a reply of another model",
    "other_model",
    { service: "hmi", wanted: "big", wantedBy: "its row names", seen: "the engine was asked for tiny" },
    { found: "its row names big, and the engine was asked for tiny", next: "stack trace" },
  ],
  [
    "a call that is refused",
    "call_refused",
    { service: "hmi", call: "POST /x", status: 422, said: "no" },
    { found: "POST /x answered 422: no", next: "stack verify http" },
  ],
  [
    "a call whose model is refused",
    "model_refused",
    { service: "gateway", call: "POST /x", status: 400, said: "no such model", model: "tiny" },
    {
      found: "POST /x answered 400: no such model",
      cause: "has no model tiny, which it was asked for, or not for us",
      next: "STACK_CHAT_MODEL=... stack doctor",
    },
  ],
  [
    "a call that fails",
    "call_failed",
    { service: "hmi", call: "POST /x", status: 500, said: "no", suspicion: undefined },
    { found: "POST /x answered 500: no", cause: "tells of a failure. Its log", next: "stack status" },
  ],
  [
    "a reply that is in another conversation",
    "reply_not_saved",
    { found: "model_id null, not 184", isWithoutModelId: true },
    { cause: "BUG-016", next: "stack verify source --root backend" },
  ],
  [
    "a reply that is cut on disk",
    "reply_not_saved",
    { found: "1 characters, not 2", isWithoutModelId: false },
    { next: "stack verify persistence" },
  ],
  [
    "a turn that is saved twice",
    "rows_wrong",
    { service: "hmi", kind: "twice", found: "the reply 2 times" },
    { found: "one turn is saved more than once: the reply 2 times", next: "stack verify persistence" },
  ],
  [
    "a stream that loses text",
    "rows_wrong",
    { service: "hmi", kind: "lost_on_stream", found: "37 characters, not 32" },
    { cause: "loses text on its stream", next: "stack trace" },
  ],
  [
    "a row that is shorter than its stream",
    "rows_wrong",
    { service: "hmi", kind: "lost_when_saved", found: "30 characters, not 32" },
    { cause: "loses text when it saves", next: "stack trace" },
  ],
  [
    "a reply before its message",
    "rows_wrong",
    { service: "hmi", kind: "order", found: "assistant, user" },
    { cause: "contract.wire.rows.newest_first", next: "stack verify persistence" },
  ],
  ["a missing GET", "resume_missing", { status: 501 }, { next: "stack verify sse --grep gateway-join" }],
  [
    "a missing cancel",
    "cancel_missing",
    { service: "gateway", call: "POST /c", status: 404 },
    { found: "POST /c answers 404", next: "stack verify cancel --grep cancel/gateway" },
  ],
  [
    "a cancel that fails",
    "cancel_refused",
    { call: "POST /c", status: 502, said: "no" },
    { next: "stack verify cancel" },
  ],
  [
    "a cancel that the engine does not notice",
    "engine_goes_on",
    { found: "to its end (done)" },
    { next: "stack verify cancel --grep mid-reply" },
  ],
  [
    "a page that browsers keep",
    "page_cacheable",
    { path: "/llm", cacheControl: undefined },
    { found: "/llm: no Cache-Control", next: "stack verify http --grep http/pages" },
  ],
  [
    "a script that browsers keep",
    "script_cacheable",
    { scripts: [{ path: "/static/llm.js", cacheControl: "max-age=43200" }] },
    { found: "/static/llm.js (Cache-Control: max-age=43200)", next: "stack verify http --grep http/assets" },
  ],
  [
    "a silent stream",
    "no_heartbeat",
    { silentMs: 16_400, heartbeatMs: 15_000 },
    { found: "silent for 16.4 s", cause: "every 15 s", next: "stack verify sse --grep heartbeat" },
  ],
];

test.each(CASES)("%s", (_, code, seen, { next, ...told }) => {
  const problem = (explainSymptom as (code: string, seen: unknown) => RungProblem)(code, seen);
  expect(problem).toMatchObject({ code, next });
  for (const [part, text] of Object.entries(told))
    expect(problem).toHaveProperty(part, expect.stringContaining(text));
});

test("the checks that are named to go on with are there", () => {
  const commands = CASES.map(([, , , { next }]) => next).filter((next) =>
    /^stack verify (?!source)/.test(next),
  );
  for (const command of commands) {
    const { name, pattern = "" } =
      /^stack verify (?<name>\S+)(?: --grep (?<pattern>\S+))?$/.exec(command)?.groups ?? {};
    const ids = suites.find((suite) => suite.name === name)?.checks.map(({ id }) => id) ?? [];
    expect(ids, command).toContainEqual(expect.stringContaining(pattern));
  }
});
