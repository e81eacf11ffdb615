import { execa } from "execa";
import { expect, test } from "vitest";
import { textOfChunks } from "../../src/tap/recorded-exchange.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { curlCommands } from "../../src/targets/curl-commands.ts";
import { encodeBody } from "../../src/targets/drivers/encode-body.ts";
import type { RequestStep } from "../../src/targets/request-step.ts";
import { startTestStack } from "../support/hmi.ts";
import { serveRoutes } from "../support/routes.ts";

const step = (given: Partial<RequestStep>): RequestStep => ({
  base: "http://hmi",
  method: "GET",
  path: "/api/models",
  body: undefined,
  headers: {},
  isStream: false,
  token: "",
  status: 200,
  answer: undefined,
  ...given,
});

const message = (body: object, answer?: object): RequestStep =>
  step({ method: "POST", path: "/api/chat/message", body, answer });

test("an id that a service gave out is a variable in what follows, by what kind of id it is", () => {
  const commands = curlCommands([
    step({
      method: "POST",
      path: "/api/model-profiles",
      body: { name: "x" },
      answer: { status: "ok", profile: { model_id: 1, name: "x" } },
    }),
    message({ message: "Hello", model_id: 1, session_id: null }, { session_id: "1", message_id: "2" }),
    step({ path: "/api/chat/stream/1", isStream: true }),
    step({ path: "/api/chat/sessions?model_id=1&limit=100" }),
    step({ method: "DELETE", path: "/api/chat/sessions/1" }),
  ]);
  expect(commands).toEqual([
    `curl -sS "http://hmi/api/model-profiles" -H 'Content-Type: application/json' -d '{"name":"x"}'   # gives MODEL_ID`,
    `curl -sS "http://hmi/api/chat/message" -H 'Content-Type: application/json' -d '{"message":"Hello","model_id":'"$MODEL_ID"',"session_id":null}'   # gives SESSION_ID`,
    'curl -sSN "http://hmi/api/chat/stream/$SESSION_ID"',
    'curl -sS "http://hmi/api/chat/sessions?model_id=$MODEL_ID&limit=100"',
    'curl -sS -X DELETE "http://hmi/api/chat/sessions/$SESSION_ID"',
  ]);
});

test("what only reads gives no variable, and what repeats another request is left out", () => {
  const reads = ["1", "2", "3"].map((id) =>
    step({ path: `/api/chat/sessions/${id}/messages`, answer: { session: { session_id: id } } }),
  );
  expect(curlCommands(reads)).toEqual(['curl -sS "http://hmi/api/chat/sessions/3/messages"']);
});

test("of many requests the last are told, and those that give what they use", () => {
  const made = message({ message: "first" }, { session_id: "41" });
  const others = Array.from("abcdefghijkl", (letter) => step({ path: `/${letter}` }));
  const commands = curlCommands([made, ...others, step({ path: "/api/chat/stream/41", isStream: true })]);
  expect(commands).toHaveLength(9);
  expect(commands[0]).toContain("# gives SESSION_ID");
  expect(commands.at(-1)).toContain("$SESSION_ID");
});

test("a text of megabytes is told by its beginning, and one that is no JSON as it is", () => {
  const [long = ""] = curlCommands([message({ message: "x".repeat(600_000) }, {})]);
  expect(long).toContain('xxx" + "x".repeat(599920)');
  expect(long.length).toBeLessThan(300);
  const [said = ""] = curlCommands([step({ method: "WS", body: { text: "x".repeat(600_000) } })]);
  expect(said).toContain("xxx... and 599920 characters more");
  expect(curlCommands([step({ method: "POST", body: '{"' })])[0]).toMatch(/-d '\{"'$/);
});

test("a stream that was left is left", () => {
  expect(curlCommands([step({ path: "/stream", isStream: true, left_ms: 341.2 })])).toEqual([
    'curl -sSN --max-time 0.3 "http://hmi/stream"',
  ]);
});

test("a token is named, and never told", () => {
  expect(curlCommands([step({ token: "any" })])).toEqual([
    'curl -sS "http://hmi/api/models" -H "Authorization: Bearer $STACK_AUTH_TOKEN"',
  ]);
});

test("what shows who calls is named, wherever it stands, and never told", () => {
  const keyed = step({
    method: "POST",
    path: "/chat?key=sk-hidden&limit=5",
    headers: { "x-api-key": "sk-hidden", authorization: "Token sk-hidden", cookie: "sid=sk-hidden" },
    body: { message: "Hello", api_key: "sk-hidden", max_tokens: 5 },
  });
  const known = [{ secret: "sk-hidden", variable: "STACK_AUTH_TOKEN" }];
  expect(curlCommands([keyed], new Map(), known)).toEqual([
    [
      'curl -sS "http://hmi/chat?key=$STACK_AUTH_TOKEN&limit=5"',
      '-H "x-api-key: $STACK_AUTH_TOKEN" -H "authorization: Token $STACK_AUTH_TOKEN" -H "cookie: sid=$STACK_AUTH_TOKEN"',
      "-H 'Content-Type: application/json'",
      `-d '{"message":"Hello","api_key":"'"$STACK_AUTH_TOKEN"'","max_tokens":5}'`,
    ].join(" "),
  ]);
});

test("a secret that nobody knows has a variable of its own, and what that is", () => {
  const keyed = step({ headers: { "x-api-key": "sk-hidden" }, path: "/chats?token=t%2F1" });
  const [line] = curlCommands([keyed]);
  expect(line).toBe(
    `curl -sS "http://hmi/chats?token=$TOKEN" -H "x-api-key: $X_API_KEY"   # TOKEN: what goes out as token; X_API_KEY: what goes out as x-api-key`,
  );
});

test("the call that was refused is told, in its place, and which conversation it was about", () => {
  const [first, second] = ["5a7f2e5e-1111-4222-8333-123456789abc", "9c1fef21-2af7-4beb-807b-df13257d258e"];
  const ask = (thread: string) =>
    step({ method: "POST", path: "/ask", body: { thread, prompt: "Hi" }, isStream: true });
  const rows = (thread: string, status: number) => step({ path: `/threads/${thread}.json`, status });
  expect(
    curlCommands([ask(first), rows(first, 200), ask(second), rows(second, 404), rows(first, 200)]),
  ).toEqual([
    `curl -sSN "http://hmi/ask" -H 'Content-Type: application/json' -d '{"thread":"${first}","prompt":"Hi"}'`,
    `curl -sSN "http://hmi/ask" -H 'Content-Type: application/json' -d '{"thread":"${second}","prompt":"Hi"}'`,
    `curl -sS "http://hmi/threads/${second}.json"`,
    `curl -sS "http://hmi/threads/${first}.json"`,
  ]);
  const others = Array.from("abcdefghijkl", (letter) => step({ path: `/${letter}` }));
  const refused = rows(second, 404);
  expect(curlCommands([refused, ...others])[0]).toBe(`curl -sS "http://hmi/threads/${second}.json"`);
});

test("what a stream told of its conversation is a variable, wherever another wire has it", () => {
  const id = "9c1fef21-2af7-4beb-807b-df13257d258e";
  const commands = curlCommands([
    step({
      method: "WS",
      path: "/live",
      body: { t: "say", chat: null },
      isStream: true,
      answer: { conversation_id: id },
    }),
    step({ method: "WS", path: "/live", body: { t: "say", chat: id }, isStream: true }),
    step({ path: `/chats?chat=${id}` }),
  ]);
  expect(commands).toEqual([
    `npx wscat -c "ws://hmi/live" -w 60 -x '{"t":"say","chat":null}'   # gives CONVERSATION_ID`,
    `npx wscat -c "ws://hmi/live" -w 60 -x '{"t":"say","chat":"'"$CONVERSATION_ID"'"}'`,
    `curl -sS "http://hmi/chats?chat=$CONVERSATION_ID"`,
  ]);
});

test("what was said later on a WebSocket is told to be left out, with its time and the ids that the line gives", () => {
  const id = "9c1fef21-2af7-4beb-807b-df13257d258e";
  const say = (more: Partial<RequestStep>) =>
    step({
      method: "WS",
      path: "/live",
      body: { t: "say" },
      isStream: true,
      answer: { reply_id: id },
      ...more,
    });
  expect(
    curlCommands([say({}), say({ saidLater: [{ frame: { t: "stop", node: id }, after_ms: 312 }] })]),
  ).toEqual([
    `npx wscat -c "ws://hmi/live" -w 60 -x '{"t":"say"}'   # gives REPLY_ID`,
    `npx wscat -c "ws://hmi/live" -w 60 -x '{"t":"say"}'   # left out: 0.3 s after its message, on the same WebSocket, '{"t":"stop","node":"'"$REPLY_ID"'"}'`,
  ]);
});

test("a shell sends just what was sent, whatever is in it", async () => {
  const { hmi } = await startTestStack();
  const tap = await startTap({ upstream: hmi });
  try {
    const text = `it's "so": $HOME \`id\` \\ $(id) !! ünï\n%25 \u{1f600}`;
    const path = "/api/chat/general-stream?message=it%27s+%22so%22+%24HOME+%60id%60";
    const [sent = "", streamed = ""] = curlCommands(
      [
        message({ message: text, session_id: null }, {}),
        step({ path, isStream: true, headers: { "Last-Event-ID": "it's" } }),
      ],
      new Map([["http://hmi", "$HMI"]]),
    );
    const [long = ""] = curlCommands(
      [message({ message: `It's ${"x".repeat(600_000)}`, session_id: null }, {})],
      new Map([["http://hmi", "$HMI"]]),
    );
    for (const command of [sent, streamed, long])
      await execa("bash", ["-c", command], { env: { HMI: tap.url } });
    const [first, second, third] = tap.exchangesAfter(0);
    expect(first).toMatchObject({ method: "POST", path: "/api/chat/message" });
    expect(JSON.parse(first ? textOfChunks(first.request) : "")).toEqual({ message: text, session_id: null });
    expect(second).toMatchObject({ method: "GET", path });
    const { message: longest } = JSON.parse(third ? textOfChunks(third.request) : "");
    expect(longest).toHaveLength(600_005);
  } finally {
    await tap.close();
  }
});

test("a text of several lines is on one line, and is sent as it was: as it is, and as a field of a form", async () => {
  const text = "It's a\n\tlist \\ of $HOME\r\n\u{1f3db}";
  const seen: string[] = [];
  const url = await serveRoutes({
    "POST /plain": ({ body }) => seen.push(body),
    "POST /form": async ({ body, contentType }) => {
      const form = await new Response(body, { headers: { "content-type": contentType } }).formData();
      return seen.push(`${form.get("text")}`);
    },
  });
  const post = { base: url, method: "POST", headers: {} };
  const encoded = (type: "application/x-www-form-urlencoded" | "multipart/form-data") => {
    const { rawBody: body, form, headers = {} } = encodeBody({ text }, type);
    return step({ ...post, path: "/form", body, form, headers });
  };
  const commands = curlCommands([
    step({ ...post, path: "/plain", body: text, headers: { "content-type": "text/plain" } }),
    encoded("application/x-www-form-urlencoded"),
    encoded("multipart/form-data"),
  ]);
  for (const command of commands) {
    expect(command).not.toMatch(/[\n\r\t]/);
    await execa("bash", ["-c", command]);
  }
  expect(seen).toEqual([text, text, text]);
});

test("a message on a WebSocket is a line, too, with what was said on it", () => {
  const live = step({ method: "WS", path: "/live", body: { op: "ask", text: "It's salty" }, isStream: true });
  const said = `-w 60 -x '{"op":"ask","text":"It'\\''s salty"}'`;
  expect(curlCommands([live])).toEqual([`npx wscat -c "ws://hmi/live" ${said}`]);
  expect(curlCommands([live], new Map([["http://hmi", "$HMI"]]))).toEqual([
    `npx wscat -c "\${HMI/#http/ws}/live" ${said}`,
  ]);
});
