import { expect, test } from "vitest";
import { optionsAsText } from "../../../src/contract/options-as-text.ts";
import { generationsOf, startTestEngine } from "../../support/gateway.ts";
import { eventually } from "../../support/streams.ts";

/** Asks the stand-in to count to 9, and to go wrong so. */
async function ask(options: object, signal?: AbortSignal, { stream = true } = {}) {
  const url = await startTestEngine();
  const body = JSON.stringify({
    model: "llama3.1:8b",
    messages: [{ role: "user", content: "Count to 9" }],
    options,
    stream,
  });
  return { url, answer: await fetch(`${url}/api/chat`, { method: "POST", body, signal: signal ?? null }) };
}

const linesOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const textIn = (lines: { message?: { content: string } }[]): string =>
  lines.map(({ message }) => message?.content ?? "").join("");

test("it fails with an error line after so many tokens", async () => {
  const { url, answer } = await ask({ stand_in_fail: "error", stand_in_fail_after: 3 });
  const lines = linesOf(await answer.text());
  expect(textIn(lines)).toBe("1, 2");
  expect(lines.at(-1)).toEqual({ error: "the stand-in was told to fail" });
  expect(await generationsOf(url)).toMatchObject([{ ended: "failed", tokens_sent: 3 }]);
});

test("of a reply that is asked for in one piece nothing has been answered before all of it", async () => {
  const failed = await ask({ stand_in_fail: "error", stand_in_fail_after: 3 }, undefined, { stream: false });
  expect(failed.answer.status).toBe(500);
  expect(await generationsOf(failed.url)).toMatchObject([{ ended: "failed", chars_sent: 0 }]);
  const { url, answer } = await ask({}, undefined, { stream: false });
  const said = textIn([await answer.json()]);
  expect(await generationsOf(url)).toMatchObject([{ ended: "done", chars_sent: said.length }]);
});

test("it fails with status 500 before the first token", async () => {
  const { answer } = await ask({ stand_in_fail: "error" });
  expect([answer.status, await answer.json()]).toEqual([500, { error: "the stand-in was told to fail" }]);
});

test("it closes the connection in mid-reply", async () => {
  const { url, answer } = await ask({ stand_in_fail: "cut", stand_in_fail_after: 3 });
  await expect(answer.text()).rejects.toThrow();
  expect(await generationsOf(url)).toMatchObject([{ ended: "failed", tokens_sent: 3 }]);
});

test("it ends without a final object", async () => {
  const { answer } = await ask({ stand_in_fail: "end", stand_in_fail_after: 3 });
  const lines = linesOf(await answer.text());
  expect(lines.map(({ done }) => done)).toEqual([false, false, false]);
});

test("it stalls until its client leaves", async () => {
  const leaving = new AbortController();
  const { url, answer } = await ask({ stand_in_fail: "stall", stand_in_fail_after: 3 }, leaving.signal);
  await eventually(async () => expect(await generationsOf(url)).toMatchObject([{ tokens_sent: 3 }]));
  expect(await generationsOf(url)).toMatchObject([{ ended: "running" }]);
  leaving.abort();
  await expect(answer.text()).rejects.toThrow();
  await eventually(async () => expect(await generationsOf(url)).toMatchObject([{ ended: "aborted" }]));
});

test("it is silent after so many tokens, and goes on", async () => {
  const start = performance.now();
  const { answer } = await ask({ stand_in_pause_after: 3, stand_in_pause_ms: 50 });
  const lines = linesOf(await answer.text());
  expect(performance.now() - start).toBeGreaterThan(45);
  expect(textIn(lines)).toBe("1, 2, 3, 4, 5, 6, 7, 8, 9");
});

test("it writes byte by byte, each arrives by itself, and together they say the same", async () => {
  const { answer } = await ask({ stand_in_split_bytes: 1, stand_in_reply: "Grüße 👋" });
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body ?? []) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  expect(textIn(linesOf(text))).toBe("Grüße 👋");
  // A busy machine joins some of them.
  expect(chunks.length).toBeGreaterThan(text.length / 4);
});

test("it takes directions from a line of the prompt too; what the options say counts", async () => {
  const url = await startTestEngine();
  const asText = optionsAsText({ stand_in_reply: "one\ntwo", stand_in_token_ms: 1 });
  const body = JSON.stringify({
    model: "llama3.1:8b",
    prompt: `Be short.\n${asText}\nuser: Count to 9`,
    options: { stand_in_token_ms: 0 },
    stream: false,
  });
  const answer = await fetch(`${url}/api/generate`, { method: "POST", body });
  expect(await answer.json()).toMatchObject({ response: "one\ntwo" });
  expect(await generationsOf(url)).toMatchObject([
    { options: { stand_in_reply: "one\ntwo", stand_in_token_ms: 0 } },
  ]);
});

test.each([
  [{ stand_in_status: 429, stand_in_retry_after: 30 }, 429, "30", "too many requests"],
  [{ stand_in_status: 503 }, 503, null, "server busy, please try again.  maximum pending requests exceeded"],
  [{ stand_in_status: 418 }, 418, null, "the stand-in was told to refuse"],
])("with %j it refuses before it works", async (options, status, retryAfter, error) => {
  const { url, answer } = await ask(options);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([status, retryAfter]);
  expect(await answer.json()).toEqual({ error });
  expect(await generationsOf(url)).toMatchObject([{ ended: "failed", tokens_sent: 0, counted: null }]);
});

test.each([
  [{ stand_in_status: 200 }, "stand_in_status must be from 400 to 599, not 200"],
  [{ stand_in_fail: "explode" }, 'stand_in_fail must be one of error, cut, end, stall, not "explode"'],
  [{ stand_in_statu: 503 }, 'the stand-in knows no option "stand_in_statu"; did you mean stand_in_status?'],
])("%j directs nothing, and is told", async (options, error) => {
  const { answer } = await ask(options);
  expect([answer.status, await answer.json()]).toEqual([400, { error }]);
});

test("options of other engines are ignored, as by Ollama", async () => {
  expect((await ask({ mirostat: 2, no_such_option: 1 })).answer.status).toBe(200);
});

test("it repeats itself until num_predict", async () => {
  const options = { stand_in_reply: "Again.", stand_in_repeat: true, num_predict: 7 };
  const lines = linesOf(await (await ask(options)).answer.text());
  expect(textIn(lines)).toBe("Again. Again. Again");
  expect(lines.at(-1)).toMatchObject({ done_reason: "length", eval_count: 7 });
});

test("it repeats itself until ten times its window, as Ollama lets a model", async () => {
  const lines = linesOf(await (await ask({ stand_in_repeat: true, num_ctx: 16 })).answer.text());
  expect(lines.at(-1)).toMatchObject({ done_reason: "length", eval_count: 160 });
});

test("with num_predict 0 it repeats itself for ever", async () => {
  const leaving = new AbortController();
  const options = { stand_in_repeat: true, num_ctx: 16, num_predict: 0 };
  const { url, answer } = await ask(options, leaving.signal);
  const reader = answer.body?.getReader();
  await eventually(async () => {
    await reader?.read();
    expect((await generationsOf(url))[0]?.tokens_sent).toBeGreaterThan(500);
  });
  leaving.abort();
  await eventually(async () => expect(await generationsOf(url)).toMatchObject([{ ended: "aborted" }]));
});

test("it can end well and say nothing", async () => {
  const lines = linesOf(await (await ask({ stand_in_reply: "" })).answer.text());
  expect(lines).toMatchObject([{ message: { content: "" }, done: true, done_reason: "stop" }]);
});
