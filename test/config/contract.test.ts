import { expect, test } from "vitest";
import { toEnvironment } from "../../src/config/environment-layer.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { UserError } from "../../src/errors/user-error.ts";
import { tempFolder } from "../support/temp.ts";

const YAML = "stack.config.yaml";

test("departures are read from a file by the names of endpoints, fields and checks", async () => {
  const cwd = tempFolder({
    [YAML]: [
      "contract:",
      "  driver: seeds",
      "  lacks: { gateway.resume: broken, engine.options: judged, http/origin: skipped }",
      "  endpoints: { hmi.messages: '/api/chat/history/{session_id}' }",
      "  request_fields: { model_id: profile_id }",
    ].join("\n"),
  });
  expect((await loadConfig({ cwd, env: {} })).contract).toEqual({
    driver: "seeds",
    wire: {},
    lacks: { "gateway.resume": "broken", "engine.options": "judged", "http/origin": "skipped" },
    endpoints: { "hmi.messages": "/api/chat/history/{session_id}" },
    request_fields: { model_id: "profile_id" },
    answer_fields: {},
    event_fields: {},
    store: "",
    store_names: {},
  });
});

test("in the environment they are pairs with commas, and add to the file's", async () => {
  const cwd = tempFolder({ [YAML]: "contract: { lacks: { hmi.agents: skipped, hmi.cancel: broken } }" });
  const env = {
    STACK_CONTRACT_LACKS: "hmi.cancel=judged, hmi.models=skipped",
    STACK_CONTRACT_ENDPOINTS: "hmi.messages=GET /history?of={session_id}",
  };
  const { contract } = await loadConfig({ cwd, env });
  expect(contract.lacks).toEqual({
    "hmi.agents": "skipped",
    "hmi.cancel": "judged",
    "hmi.models": "skipped",
  });
  expect(contract.endpoints).toEqual({ "hmi.messages": "GET /history?of={session_id}" });
});

test("the environment made of a configuration gives exactly that one", async () => {
  const cwd = tempFolder({
    [YAML]:
      "contract: { driver: seeds, lacks: { http/host: skipped }, endpoints: { hmi.messages: 'GET /h?of={session_id}' } }",
  });
  const config = await loadConfig({ cwd, env: {} });
  expect(await loadConfig({ cwd, env: toEnvironment(config), file: "" })).toEqual(config);
});

test("everything that is wrong is told at once, each at its own place", async () => {
  const cwd = tempFolder({
    [YAML]: [
      "contract:",
      "  driver: theirs",
      "  lacks:",
      "    gateway.resumed: broken",
      "    gateway.resume: never",
      "  endpoints:",
      "    hmi.message: /x",
      "    hmi.messages: /history",
      "    hmi.agents: FETCH /agents",
      "    hmi.sessions: /sessions/{user}",
      "  request_fields: { model_id: 5 }",
    ].join("\n"),
  });
  const error: unknown = await loadConfig({ cwd, env: {} }).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error("a UserError was expected");
  expect(
    error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim()),
  ).toEqual([
    `${YAML}:2:11  contract.driver: expected one of ours, seeds, openai-chat, openai-responses, ollama, litellm, open-webui, open-webui-api, chainlit, described, or a driver's file, such as ./driver.ts; found the text "theirs"`,
    `${YAML}:4:22  contract.lacks.gateway.resumed: is no endpoint (such as gateway.resume), no feature (engine.options) and no check (http/origin)`,
    `${YAML}:5:21  contract.lacks.gateway.resume: expected one of skipped, broken, judged; found the text "never"`,
    `${YAML}:7:5  contract.endpoints.hmi.message: there is no such setting; did you mean hmi.messages?`,
    `${YAML}:8:19  contract.endpoints.hmi.messages: must hold {session_id}, as /api/chat/sessions/:session_id/messages does; found the text "/history"`,
    `${YAML}:9:17  contract.endpoints.hmi.agents: must be a path, with or without a method, such as GET /api/chat/history/{session_id}; found the text "FETCH /agents"`,
    `${YAML}:10:19  contract.endpoints.hmi.sessions: must hold no parameter, as /api/chat/sessions does; found the text "/sessions/{user}"`,
    `${YAML}:11:31  contract.request_fields.model_id: expected text; found the number 5`,
  ]);
});

test("a wire that is written by hand is checked name by name, also inside lists and bodies, each at its own line", async () => {
  const cwd = tempFolder({
    [YAML]: [
      "contract:",
      "  driver: described",
      "  wire:",
      "    sent: { request: POST /x }",
      "    send:",
      "      request: POST /say/{convo}",
      "      body:",
      "        messages:",
      "          - { text: '{texts}' }",
      "    stream:",
      "      framing: ssee",
      "      text: { of: piece, at: delta, wher: {} }",
      "      done: [{ data: x }, { of: end, resons: {} }]",
      "    read: { request: FETCH /x }",
      "    rows: { request: GET /x, list: a, text: b, role: c, statusses: {}, roles: { users: [a] } }",
      "    cancel: { request: WS /live }",
    ].join("\n"),
  });
  const error: unknown = await loadConfig({ cwd, env: {} }).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error("a UserError was expected");
  const lines = error.message
    .split("\n")
    .map((line) => line.trim().replace(/there are text, .*?;/, "there are ...;"));
  expect(lines.slice(1)).toEqual([
    `${YAML}:4:5  contract.wire.sent: there is no such setting; did you mean send?`,
    `${YAML}:6:16  contract.wire.send.request: {convo} is no placeholder: there are ...; found the text "POST /say/{convo}"`,
    `${YAML}:9:21  contract.wire.send.body.messages.0.text: {texts} is no placeholder: there are ...; found the text "{texts}"`,
    `${YAML}:11:16  contract.wire.stream.framing: expected one of sse, ndjson, text, json, websocket, socket.io, data-stream, polled; found the text "ssee"; did you mean sse?`,
    `${YAML}:12:37  contract.wire.stream.text.wher: there is no such setting; did you mean where?`,
    `${YAML}:13:38  contract.wire.stream.done.1.resons: there is no such setting; did you mean reasons?`,
    `${YAML}:14:22  contract.wire.read.request: must be a method and a path, such as POST /api/chats/{conversation}/messages, or WS /ws; found the text "FETCH /x"`,
    `${YAML}:15:57  contract.wire.rows.statusses: there is no such setting; did you mean statuses?`,
    `${YAML}:15:81  contract.wire.rows.roles.users: there is no such setting; did you mean user?`,
    `${YAML}:16:24  contract.wire.cancel.request: must be a method and a path, such as DELETE /api/chats/{conversation}; only send, send_first and read can be on a WebSocket, and what cancel has as its frame; found the text "WS /live"`,
  ]);
});

test("a wire that nobody would read is refused", async () => {
  const cwd = tempFolder({ [YAML]: "contract: { wire: { cancel: close } }" });
  await expect(loadConfig({ cwd, env: {} })).rejects.toThrow(
    `${YAML}:1:19  contract.wire: is read for other drivers than ours`,
  );
});

test("a store's address and names are read, a relative file from the configuration's folder", async () => {
  const cwd = tempFolder({
    [YAML]: "contract: { store: 'sqlite:data/chat.db', store_names: { messages.session_id: chat_id } }",
  });
  const env = { STACK_CONTRACT_STORE_NAMES: "messages=chat.rows" };
  const { contract } = await loadConfig({ cwd, env });
  expect(contract).toMatchObject({
    store: `sqlite:${cwd}/data/chat.db`,
    store_names: { "messages.session_id": "chat_id", messages: "chat.rows" },
  });
});

test("a store's address that cannot be read is not repeated: it may hold a password", async () => {
  const cwd = tempFolder({
    [YAML]: "contract: { store: 'mysql://chat:top-secret@h/db', store_names: { messages: 'a b' } }",
  });
  const error: unknown = await loadConfig({ cwd, env: {} }).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain("contract.store: must be sqlite:///path/of/chat.db or postgresql://");
  expect(String(error)).toContain("contract.store_names.messages: must be a name as the database has it");
  expect(String(error)).not.toContain("top-secret");
});

test("a condition of an event holds what must stand there: nothing is filled in, and who looks for that is told where it is", async () => {
  const cwd = tempFolder({
    "stack.config.yaml":
      'contract: { driver: described, wire: { send: { request: POST /say }, stream: { framing: sse, text: { at: x, where: { chat: "{conversation}" } } } } }',
  });
  await expect(loadConfig({ cwd, env: {} })).rejects.toThrow(
    /wire\.stream\.text\.where\.chat: must be the value itself.*stream\.channel says/,
  );
  const braces = tempFolder({
    "stack.config.yaml":
      'contract: { driver: described, wire: { send: { request: POST /say }, stream: { framing: sse, text: { at: x, where: { kind: "text" } } } } }',
  });
  await expect(loadConfig({ cwd: braces, env: {} })).resolves.toBeDefined();
});

test("where few words are known, a setting that is none of them is told all of them", async () => {
  const rows = "{ request: GET /rows, list: '', text: t, role: r, statuses: { failed: [oops] } }";
  const cwd = tempFolder({ [YAML]: `contract:\n  wire:\n    rows: ${rows}\n` });
  const error = await loadConfig({ cwd, env: {} }).catch((thrown: unknown) => thrown);
  expect((error as UserError).message).toContain(
    "statuses.failed: there is no such setting; here are streaming, complete, cancelled, interrupted, error",
  );
});
