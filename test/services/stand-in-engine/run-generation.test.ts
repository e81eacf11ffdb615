import { once } from "node:events";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "../../support/arbitraries.ts";
import { call, chatBody, chatText, onlyRecord, openChat, post, record, startTestEngine } from "./client.ts";

const NEVER_MS = 3_600_000;

test("a reply is the text that was asked for, whatever it is", async () => {
  const engine = await startTestEngine();
  await fc.assert(
    fc.asyncProperty(anyText, async (reply) => {
      const { text } = await post(engine, "/api/chat", chatBody({ options: { stand_in_reply: reply } }));
      expect(chatText(text)).toBe(reply);
    }),
    { numRuns: 50 },
  );
});

test("a finished generation is recorded with what it was asked and how it ended", async () => {
  const engine = await startTestEngine();
  const options = { temperature: 0.5 };
  const messages = [
    { role: "system", content: "Be kind." },
    { role: "User", content: "Count to 5" },
    { role: "tool", content: "not kept" },
  ];
  await post(engine, "/api/chat", { model: "LLAMA3.1:8b", messages, options });
  expect(await onlyRecord(engine)).toMatchObject({
    id: 1,
    endpoint: "chat",
    model: "LLAMA3.1:8b",
    messages: [
      { role: "system", content: "Be kind." },
      { role: "user", content: "Count to 5" },
    ],
    prompt: null,
    system: null,
    options,
    tokens_sent: 9,
    counted: { prompt_tokens: expect.any(Number), completion_tokens: 9 },
    ended: "done",
    first_token_at: expect.any(String),
    ended_at: expect.any(String),
  });
});

test("a generation from a prompt is recorded with prompt and system", async () => {
  const engine = await startTestEngine();
  await post(engine, "/api/generate", { model: "phi3:mini", prompt: "Hi", system: "Be kind." });
  expect(await onlyRecord(engine)).toMatchObject({
    endpoint: "generate",
    messages: null,
    prompt: "Hi",
    system: "Be kind.",
  });
});

test("loads, unloads and refused requests are not recorded", async () => {
  const engine = await startTestEngine();
  await post(engine, "/api/chat", { model: "phi3:mini" });
  await post(engine, "/api/chat", { model: "phi3:mini", keep_alive: 0 });
  await post(engine, "/api/chat", chatBody({ model: "nope" }));
  expect(await record(engine)).toEqual([]);
});

test("the record hands out what followed an id", async () => {
  const engine = await startTestEngine();
  for (let i = 0; i < 3; i += 1) await post(engine, "/api/chat", chatBody());
  expect((await record(engine, 1)).map(({ id }) => id)).toEqual([2, 3]);
});

test("two stand-ins in one process know nothing of each other", async () => {
  const [one, other] = [await startTestEngine(), await startTestEngine()];
  await post(one, "/api/chat", chatBody());
  expect(await record(other)).toEqual([]);
});

test("a client that leaves in mid-reply ends the generation", async () => {
  const engine = await startTestEngine();
  const chat = openChat(engine, { stand_in_tokens: 10_000, stand_in_token_ms: 5 });
  await once(await chat.answered, "data");
  chat.leave();
  await expect.poll(() => onlyRecord(engine)).toMatchObject({ ended: "aborted" });
  expect((await onlyRecord(engine)).tokens_sent).toBeLessThan(10_000);
});

test("a client that leaves between slow tokens is noticed at once", async () => {
  const engine = await startTestEngine({ tokenDelayMs: NEVER_MS });
  const chat = openChat(engine, {});
  await once(await chat.answered, "data");
  chat.leave();
  await expect.poll(() => onlyRecord(engine)).toMatchObject({ ended: "aborted", tokens_sent: 1 });
});

test("a client that leaves a reply that is not streamed ends the generation too", async () => {
  const engine = await startTestEngine({ tokenDelayMs: NEVER_MS });
  const body = JSON.stringify(chatBody({ stream: false }));
  const left = new AbortController();
  const answer = fetch(`${engine.url}/api/chat`, { method: "POST", body, signal: left.signal });
  await expect.poll(() => record(engine)).toMatchObject([{ tokens_sent: 1 }]);
  left.abort();
  await expect(answer).rejects.toThrow("aborted");
  await expect.poll(() => onlyRecord(engine)).toMatchObject({ ended: "aborted" });
});

test("a client that leaves while the model loads gives the load up", async () => {
  const engine = await startTestEngine({ loadMs: NEVER_MS });
  const chat = openChat(engine, {});
  await expect.poll(() => record(engine)).toMatchObject([{ ended: "running" }]);
  chat.leave();
  await expect
    .poll(() => onlyRecord(engine))
    .toMatchObject({ ended: "aborted", tokens_sent: 0, first_token_at: null });
  expect((await call(engine, "GET", "/api/ps")).text).toBe('{"models":[]}');
});

test("a client that leaves in the queue never gets the slot", async () => {
  const engine = await startTestEngine({ parallel: 1, tokenDelayMs: NEVER_MS });
  const first = openChat(engine, {});
  await first.answered;
  const second = openChat(engine, {});
  await expect.poll(() => record(engine, 1)).toMatchObject([{ ended: "running" }]);
  const third = openChat(engine, {});
  await expect.poll(() => record(engine, 2)).toMatchObject([{ ended: "running" }]);
  second.leave();
  await expect.poll(() => record(engine, 1)).toMatchObject([{ ended: "aborted", tokens_sent: 0 }, {}]);
  first.leave();
  await third.answered;
  expect(await record(engine, 2)).toMatchObject([{ ended: "running", tokens_sent: 1 }]);
});

test("generations run side by side where nothing is said", async () => {
  const engine = await startTestEngine({ tokenDelayMs: NEVER_MS });
  await Promise.all([openChat(engine, {}).answered, openChat(engine, {}).answered]);
  expect(await record(engine)).toMatchObject([{ tokens_sent: 1 }, { tokens_sent: 1 }]);
});

test("a request too many is refused while a model loads, and recorded as failed", async () => {
  const engine = await startTestEngine({ loadMs: NEVER_MS, maxQueue: 1 });
  openChat(engine, {});
  await expect.poll(() => record(engine)).toHaveLength(1);
  const answer = await post(engine, "/api/chat", chatBody());
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.text)).toEqual({
    error: "server busy, please try again.  maximum pending requests exceeded",
  });
  expect(await record(engine, 1)).toMatchObject([{ ended: "failed" }]);
});

test("a load that others wait for goes on when the first one leaves", async () => {
  const engine = await startTestEngine({ loadMs: 200 });
  const first = openChat(engine, {});
  await expect.poll(() => record(engine)).toHaveLength(1);
  const second = post(engine, "/api/chat", chatBody());
  await expect.poll(() => record(engine)).toHaveLength(2);
  first.leave();
  expect(chatText((await second).text)).toBe("1, 2, 3, 4, 5");
});

test("no header leaves before the first token", async () => {
  const engine = await startTestEngine();
  const chat = openChat(engine, { stand_in_load_ms: NEVER_MS });
  let answered = false;
  chat.answered.then(
    () => {
      answered = true;
    },
    () => undefined,
  );
  await expect.poll(() => record(engine)).toMatchObject([{ ended: "running" }]);
  await call(engine, "GET", "/api/version");
  expect(answered).toBe(false);
  chat.leave();
});

test("a model is loaded once, and again after it was unloaded", async () => {
  const engine = await startTestEngine({ loadMs: 200 });
  const loadMs = async (): Promise<number> => {
    const { text } = await post(engine, "/api/chat", chatBody({ stream: false }));
    return JSON.parse(text).load_duration / 1e6;
  };
  expect(await loadMs()).toBeGreaterThan(190);
  expect(await loadMs()).toBeLessThan(190);
  await post(engine, "/api/chat", { model: "llama3.1:8b", keep_alive: 0 });
  expect(await loadMs()).toBeGreaterThan(190);
});

test("tokens come at the pace that was asked for", async () => {
  const engine = await startTestEngine();
  const options = { stand_in_tokens: 21, stand_in_token_ms: 10 };
  const { text } = await post(engine, "/api/chat", chatBody({ stream: false, options }));
  expect(JSON.parse(text).eval_duration / 1e6).toBeGreaterThan(195);
});

test("a client that does not read stops the engine until it reads on", async () => {
  const engine = await startTestEngine();
  const tokens = 300_000;
  const answer = await openChat(engine, { stand_in_tokens: tokens }).answered;
  let before = -1;
  // Full at last: nothing more was sent between two looks.
  await expect
    .poll(
      async () => {
        const { tokens_sent } = await onlyRecord(engine);
        const stands = tokens_sent === before;
        before = tokens_sent;
        return stands;
      },
      { interval: 100 },
    )
    .toBe(true);
  expect(await onlyRecord(engine)).toMatchObject({ ended: "running" });
  answer.resume();
  await once(answer, "end");
  expect(await onlyRecord(engine)).toMatchObject({ ended: "done", tokens_sent: tokens });
});

test("closing cuts the generations that run", async () => {
  const engine = await startTestEngine({ tokenDelayMs: NEVER_MS });
  const answer = await openChat(engine, {}).answered;
  answer.resume();
  const cut = once(answer, "error");
  await engine.close();
  expect(await cut).toMatchObject([{ code: "ECONNRESET" }]);
});
