import { expect, test } from "vitest";
import { ExchangeRecorder } from "../../src/tap/exchange-recorder.ts";
import { textOfChunks } from "../../src/tap/recorded-exchange.ts";

const MIB = 1024 * 1024;
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

function post(recorder: ExchangeRecorder, text: string, headers: Record<string, string> = JSON_TYPE) {
  const entry = recorder.begin("POST", "/chat", headers);
  entry.passed("request", Buffer.from(text));
  return entry;
}

test("what is dropped while it runs counts no more, and the newest are kept for weeks", () => {
  const recorder = new ExchangeRecorder();
  const piece = Buffer.alloc(MIB);
  // Each long one is dropped while it runs, and goes on.
  for (let round = 0; round < 40; round += 1) {
    const long = recorder.begin("POST", "/long", {});
    for (let count = 0; count < 2_001; count += 1) recorder.begin("GET", "/short", {}).ended("complete");
    long.passed("response", piece);
    long.passed("response", piece);
    long.ended("complete");
  }
  const last = recorder.begin("GET", "/last", {});
  last.passed("response", Buffer.from("kept"));
  last.ended("complete");
  const kept = recorder.after(0);
  expect(kept).toHaveLength(2_000);
  expect(kept.at(-1)).toMatchObject({ path: "/last", response: { bytes: 4 } });
});

test("all together stay within 64 MiB, also while none of them has ended", () => {
  const recorder = new ExchangeRecorder();
  const entries = Array.from({ length: 20 }, (_, at) => recorder.begin("POST", `/${at}`, {}));
  const piece = Buffer.alloc(4 * MIB);
  for (const entry of entries) entry.passed("request", piece);
  const kept = recorder.after(0);
  expect(kept.map(({ path }) => path)).toEqual(entries.slice(4).map((_, at) => `/${at + 4}`));
  for (const entry of entries) entry.ended("complete");
  expect(recorder.begin("GET", "/next", {})).toBeDefined();
  expect(recorder.after(0)).toHaveLength(17);
});

test("of one direction 4 MiB are kept, and all are counted", () => {
  const recorder = new ExchangeRecorder();
  const entry = recorder.begin("POST", "/", {});
  for (let count = 0; count < 6; count += 1) entry.passed("response", Buffer.alloc(MIB));
  const [{ response } = { response: { chunks: [], bytes: 0 } }] = recorder.after(0);
  expect([response.chunks.length, response.bytes]).toEqual([4, 6 * MIB]);
});

test("of secret headers the names are told", () => {
  const recorder = new ExchangeRecorder();
  const headers = {
    authorization: "Bearer hidden",
    "x-api-key": "hidden",
    cookie: "sid=hidden; theme=hidden",
    "x-tenant": "acme",
  };
  const entry = recorder.begin("POST", "/?api_key=hidden&key=hidden&access_token=hidden&a=1", headers);
  entry.answered(200, { "set-cookie": ["sid=hidden; Path=/"] });
  const [told] = recorder.after(0);
  expect(told?.path).toBe("/?api_key=…&key=…&access_token=…&a=1");
  expect(told?.request.headers).toEqual({
    authorization: "Bearer …",
    "x-api-key": "…",
    cookie: "sid=…; theme=…",
    "x-tenant": "acme",
  });
  expect(told?.response.headers).toEqual({ "set-cookie": "…" });
});

test("secret fields of bodies are hidden while the exchange runs and after, and nothing moves", () => {
  const ended: string[] = [];
  const recorder = new ExchangeRecorder((exchange) => ended.push(textOfChunks(exchange.request)));
  const body = '{"api_key": "hidden", "content": "Grüße", "max_tokens": 5}';
  const shown = '{"api_key": "******", "content": "Grüße", "max_tokens": 5}';
  const entry = recorder.begin("POST", "/chat", JSON_TYPE);
  // Cut inside the secret, and inside a letter.
  for (const piece of [body.slice(0, 15), body.slice(15)]) entry.passed("request", Buffer.from(piece));
  const [running] = recorder.after(0);
  expect(running?.request.chunks.map(({ latin1 }) => latin1.length)).toEqual([15, 45]);
  entry.answered(200, JSON_TYPE);
  entry.passed("response", Buffer.from('{"token":"hidden"}'));
  entry.ended("complete");
  const [told] = recorder.after(0);
  expect([running, told].map((each) => each && textOfChunks(each.request))).toEqual([shown, shown]);
  expect(told && textOfChunks(told.response)).toBe('{"token":"******"}');
  expect(ended).toEqual([shown]);
});

test("a form's password is hidden; a stream's text is not", () => {
  const recorder = new ExchangeRecorder();
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const entry = post(recorder, "username=ada&password=hidden", form);
  entry.answered(200, { "content-type": "text/event-stream" });
  entry.passed("response", Buffer.from('data: {"token":"Hello"}\n\n'));
  entry.ended("complete");
  const [told] = recorder.after(0);
  expect(told && textOfChunks(told.request)).toBe("username=ada&password=******");
  expect(told && textOfChunks(told.response)).toContain("Hello");
});
