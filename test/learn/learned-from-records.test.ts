import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { learnWire } from "../../src/learn/learn-wire.ts";
import type { NetworkLog } from "../../src/learn/network-log.ts";
import { readTapRecord } from "../../src/learn/tap-record.ts";

/** What a tap has recorded of a chat that somebody used: fixtures/recorded/README.md. */
function recorded(
  name: "form-and-lines" | "json-rpc",
  change: (text: string) => string = (text) => text,
): NetworkLog {
  const file = new URL(`../../fixtures/recorded/learned/${name}.jsonl`, import.meta.url);
  const log = readTapRecord(name, change(readFileSync(file, "utf8")));
  if (log === undefined) throw new Error("it is a tap's record");
  return log;
}

test("what was called when the reader had left a reply did not end it: leaving did", () => {
  const { wire, findings } = learnWire(recorded("form-and-lines"));
  expect(wire.cancel).toBe("close");
  expect(findings.find(({ setting }) => setting === "cancel")?.where).toBe("exchange 17, POST /ask");
});

test("a password is known by its form's type, and the name by being typed before it; what a hidden field had is shown again", () => {
  const { wire, findings } = learnWire(recorded("form-and-lines"));
  expect(wire.login).toEqual({
    before: [{ request: "GET /login", told: { token: "@html._proof" } }],
    request: "POST /login",
    body: { _proof: "{token}", sailor: "{user}", watchword: "{password}" },
    content_type: "application/x-www-form-urlencoded",
  });
  expect(wire.page).toBe("/");
  expect(JSON.stringify({ wire, findings })).not.toContain("s3a-salt");
});

test("a proof in a form's hidden field is one, whatever it looks like", () => {
  const { wire } = learnWire(
    recorded("form-and-lines", (text) => text.replaceAll("f909577ac2827d913dcacd2a", "plainword")),
  );
  expect(wire.login?.before).toEqual([{ request: "GET /login", told: { token: "@html._proof" } }]);
});

/** The form of a page that is made by a script: the log has no field of it. */
const withoutForm = (text: string): string => text.replaceAll(/<input.*?<button/g, "<button");

test("a password is known by who is known", () => {
  const log = recorded("form-and-lines", withoutForm);
  const { wire, unknown } = learnWire(log, undefined, { mara: "s3a-salt" });
  expect(wire.login).toMatchObject({ body: { sailor: "{user}", watchword: "{password}" } });
  expect(JSON.stringify(unknown)).not.toContain("for the password");
});

test("of a login of which nothing says which field is the password the last is taken for it, and none is written", () => {
  const { wire, findings, unknown } = learnWire(recorded("form-and-lines", withoutForm));
  expect(wire.login).toMatchObject({ body: { sailor: "{user}", watchword: "{password}" } });
  expect(JSON.stringify({ wire, findings, unknown })).not.toContain("s3a-salt");
  expect(unknown.map(({ why }) => why)).toContainEqual(expect.stringContaining("watchword for the password"));
});

test("a value of a login's answer that a header of the page's own repeats is its token", () => {
  const { wire, findings } = learnWire(recorded("json-rpc"));
  expect(wire.login).toEqual({
    request: "POST /rpc",
    body: {
      jsonrpc: "2.0",
      id: 1,
      method: "session.open",
      params: { name: "{user}", pin: "{password}" },
    },
    told: { token: "result.ticket" },
  });
  expect(wire.headers).toEqual({ "x-parley-ticket": "{token}" });
  expect(JSON.stringify({ wire, findings })).not.toContain("tk_");
});

test("of calls on one address each is known by the word in its body that says what it does", () => {
  const { wire, unknown } = learnWire(recorded("json-rpc"));
  const rpc = (id: number, method: string, params: object) => ({
    request: "POST /rpc",
    body: { jsonrpc: "2.0", id, method, params },
  });
  expect(wire).toMatchObject({
    conversation: { ...rpc(4, "chat.create", {}), told: { conversation: "result.chat.key" } },
    send: {
      ...rpc(5, "chat.say", {
        chat: "{conversation}",
        parts: [{ type: "text", text: "{text}" }],
        engine: "{model}",
      }),
      told: { reply: "result.turnId" },
    },
    cancel: rpc(5, "chat.stop", { turnId: "{reply}" }),
    rows: {
      ...rpc(3, "chat.transcript", { chat: "{conversation}" }),
      list: "result.turns",
      text: "parts",
      role: "speaker",
      id: "turnId",
    },
    conversations: { ...rpc(6, "chat.list", {}), list: "result.chats", id: "key" },
    delete_conversation: rpc(4, "chat.remove", { chat: "{conversation}" }),
    models: { ...rpc(2, "engine.catalog", {}), list: "result.engines", id: "key" },
  });
  expect(unknown.map(({ setting }) => setting)).toEqual(["login", "health"]);
});

test("the model that a stream names, and a count that is as high as a call's number, are no names of its reply", () => {
  const named = recorded("json-rpc", (text) =>
    text.replaceAll(
      /\{\\"type\\":\\"start\\",\\"messageId\\":\\"\w+\\"/g,
      '$&,\\"messageMetadata\\":{\\"engine\\":\\"harbour-grand-30b\\",\\"tokens\\":{\\"in\\":8}}',
    ),
  );
  expect(JSON.stringify(named)).toContain("messageMetadata");
  const { wire } = learnWire(named);
  expect(wire.stream?.text).toEqual({ of: "text-delta", at: "delta" });
  expect(wire.stream).not.toHaveProperty("channel");
  expect(wire.stream?.model).toEqual({ of: "start", at: "messageMetadata.engine" });
});

test("what events are is told by a word at any place, where that tells their shapes", () => {
  const { wire, unknown } = learnWire(recorded("form-and-lines"));
  expect(wire.stream).toEqual({
    framing: "ndjson",
    type: "0",
    started: { conversation: "1.thread" },
    text: { of: "w", at: "1" },
    usage: { of: "tally", prompt: "1.in", completion: "1.out" },
    done: { of: "fin", reason: "1.why" },
  });
  const short = recorded("form-and-lines", (text) =>
    text.replaceAll(/\[\\"(cast|w|tally|fin)\\", (.*?)\](?=\\n)/g, '{\\"k\\":\\"$1\\",\\"v\\":$2}'),
  );
  expect(learnWire(short).wire.stream).toMatchObject({
    type: "k",
    text: { of: "w", at: "v" },
    done: { of: "fin", reason: "v.why" },
  });
  expect(unknown.map(({ setting }) => setting)).toEqual(["login", "models", "stream", "health"]);
});

test("the call after which a list lacks the conversation deletes it, whatever it is called", () => {
  const { wire } = learnWire(recorded("form-and-lines"));
  expect(wire.delete_conversation).toEqual({ request: "POST /threads/{conversation}/bin" });
});

test("what a message names as a list calls its items is taken for the model, and said to be a guess", () => {
  const { wire, unknown } = learnWire(recorded("form-and-lines"));
  expect(wire.models).toEqual({ request: "GET /voices", list: "", id: "voice" });
  expect(wire.send).toMatchObject({ body: { voice: "{model}" } });
  expect(unknown.find(({ setting }) => setting === "models")?.why).toContain("taken for the model");
});
