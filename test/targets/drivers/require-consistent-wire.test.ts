import { expect, test } from "vitest";
import type { WireDescription } from "../../../src/contract/wire-description.ts";
import { requireConsistent } from "../../../src/targets/drivers/require-consistent-wire.ts";

const WIRE: WireDescription = {
  service: "hmi",
  send: { request: "POST /say", body: { text: "{text}" }, headers: { "X-Csrf": "{login.csrf}" } },
  stream: { framing: "json", text: { at: "answer" } },
};
const LOGIN = { request: "POST /login", body: { name: "{user}" } };

test.each<[string, WireDescription["login"]]>([
  [
    "{login.csrf} is filled with what no call of contract.wire.login tells",
    { ...LOGIN, told: { token: "t" } },
  ],
  ["{login.csrf} is filled with what no call of contract.wire.login tells", undefined],
  [
    "contract.wire.login tells crsf, and nothing is filled with it",
    { ...LOGIN, told: { csrf: "c", crsf: "c" } },
  ],
])("%s", (words, login) => {
  expect(() => requireConsistent("mine", { ...WIRE, ...(login && { login }) })).toThrow(words);
});

test("what any call of a login tells may stand in every call", () => {
  const before = [{ request: "GET /csrf", told: { csrf: "csrf" } }];
  expect(() => requireConsistent("mine", { ...WIRE, login: { before, ...LOGIN } })).not.toThrow();
});

test("frames that name nothing do not tell several conversations on one WebSocket apart; a stream with an address of its own needs no name", () => {
  const text = { text: { at: "d" }, done: { has: "end" }, channel: {} };
  const socket = {
    ...WIRE,
    send: { request: "WS /live" },
    stream: { framing: "websocket", ...text },
  } as const;
  expect(() => requireConsistent("mine", socket)).toThrow("its frames do not say of which one they are");
  const send = { request: "POST /chats/{conversation}" };
  const feed = { ...WIRE, send, read: { request: "GET /chats/{conversation}/feed" } };
  expect(() => requireConsistent("mine", { ...feed, stream: { framing: "sse", ...text } })).not.toThrow();
});

test("what opens a WebSocket is no part of another call", () => {
  const send = { request: "POST /say", protocol: "graphql-transport-ws" };
  expect(() => requireConsistent("mine", { ...WIRE, send })).toThrow(
    "contract.wire.send has a protocol, and opens no WebSocket",
  );
});
