import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { ask, learnThroughTap } from "../support/learn.ts";
import { serveRoutes } from "../support/routes.ts";

const SALTY = "Why is the sea salty?";
const TIDES = "Why are there tides?";

/** What they all answer, piece by piece. */
function replyTo(text: string): string[] {
  return `You asked ${text} and rivers bring salt to the sea.`.split(/(?<= )/);
}

function events(response: ServerResponse, data: readonly unknown[]): void {
  response.setHeader("content-type", "text/event-stream");
  response.end(
    data.map((each) => `data: ${typeof each === "string" ? each : JSON.stringify(each)}\n\n`).join(""),
  );
}

test("an id in Location, a model by another name out of a list of words, a cancel that only its moment shows", async () => {
  const chats = new Map<number, { lines: object[]; hushed: AbortController }>();
  const chatOf = (id: unknown) => chats.get(Number(id));
  const upstream = await serveRoutes({
    "GET /engines": () => ["small", "large"],
    "POST /typing": () => ({}),
    "POST /chats": ({ response }) => {
      const id = 17 + chats.size;
      chats.set(id, { lines: [], hushed: new AbortController() });
      response.writeHead(201, { location: `/chats/${id}` }).end();
    },
    "POST /chats/:id/turns": async ({ params, body, response }) => {
      const { say, engine } = JSON.parse(body);
      const chat = chatOf(params["id"]);
      if (chat === undefined || !["small", "large"].includes(engine)) return response.writeHead(400).end();
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      const isLong = /thousand/.test(say);
      const words = isLong ? ["one, ", "two, "] : replyTo(say);
      for (const piece of words) response.write(`${JSON.stringify({ piece })}\n`);
      if (isLong) await once(chat.hushed.signal, "abort");
      const how = isLong ? "hushed" : "complete";
      chat.lines.push({ by: "person", words: say }, { by: "machine", words: words.join(""), how });
      response.end(`${JSON.stringify({ over: true, how })}\n`);
      return undefined;
    },
    "POST /hush": ({ body }) => {
      chatOf(JSON.parse(body).chat)?.hushed.abort();
      return {};
    },
    "GET /chats/:id": ({ params }) => ({ lines: chatOf(params["id"])?.lines }),
    "DELETE /chats/:id": ({ params, response }) => {
      response.writeHead(chats.delete(Number(params["id"])) ? 204 : 404).end();
    },
  });
  const { learned, tried } = await learnThroughTap(upstream, async (at) => {
    await ask(`${at}/engines`, "GET");
    const at17 = (await ask(`${at}/chats`, "POST", {})).headers.get("location");
    await ask(`${at}/typing`, "POST", { chat: 17 });
    await ask(`${at}${at17}/turns`, "POST", { say: SALTY, engine: "small" });
    const long = await fetch(`${at}${at17}/turns`, {
      method: "POST",
      body: JSON.stringify({ say: "Count to a thousand", engine: "small" }),
    });
    // Its head is there, and it goes on until it is hushed.
    await ask(`${at}/typing`, "POST", { chat: 17 });
    await ask(`${at}/hush`, "POST", { chat: 17 });
    await long.text();
    await ask(`${at}${at17}`, "GET");
    await ask(`${at}${at17}`, "DELETE");
  });
  expect(tried).toMatchObject({ problems: [], rows: 4, left: null });
  expect(learned.wire).toMatchObject({
    conversation: { request: "POST /chats", told: { conversation: "@header.location" } },
    send: { request: "POST /chats/{conversation}/turns", body: { say: "{text}", engine: "{model}" } },
    stream: { done: { where: { over: true }, reasons: { stop: ["complete"], cancelled: ["hushed"] } } },
    cancel: { request: "POST /hush", body: { chat: "{conversation|number}" } },
    models: { request: "GET /engines", list: "", id: "" },
    delete_conversation: { request: "DELETE /chats/{conversation}" },
  });
  const bytes = Object.fromEntries(learned.findings.map((finding) => [finding.setting, finding.bytes]));
  expect(bytes["conversation"]).toBe("location: /chats/17");
  expect(bytes["cancel"]).toMatch(
    /^\{"chat":17\}, while the reply of exchange \d+ came, which then ended early$/,
  );
});

test.each(["multipart/form-data", "application/x-www-form-urlencoded"] as const)(
  "a Flask back end that takes %s, answers in plain text, and names no conversation",
  async (type) => {
    const rows: object[] = [];
    const upstream = await serveRoutes({
      "POST /get": async ({ body, contentType, response }) => {
        const form = await new Response(body, { headers: { "content-type": contentType } }).formData();
        const msg = String(form.get("msg"));
        response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
        for (const piece of replyTo(msg)) response.write(piece);
        rows.push({ role: "user", content: msg }, { role: "bot", content: replyTo(msg).join("") });
        response.end();
      },
      "GET /history": () => rows,
    });
    const { learned, tried } = await learnThroughTap(upstream, async (at) => {
      for (const msg of [SALTY, TIDES]) {
        const form = type === "multipart/form-data" ? new FormData() : new URLSearchParams();
        form.append("msg", msg);
        await ask(`${at}/get`, "POST", form);
      }
      await ask(`${at}/history`, "GET");
    });
    expect(tried).toMatchObject({ problems: [], rows: 8 });
    expect(learned.talk.reply).toBe(replyTo(learned.talk.said).join(""));
    expect(learned.wire).toMatchObject({
      send: { request: "POST /get", body: { msg: "{text}" }, content_type: type },
      stream: { framing: "text" },
      rows: { request: "GET /history" },
    });
    expect(learned.unknown.find(({ setting }) => setting === "send")?.why).toMatch(
      /^nothing in its messages says/,
    );
  },
);

test("a job that is asked for until it is finished", async () => {
  const jobs = new Map<string, { prompt: string; asked: number }>();
  const upstream = await serveRoutes({
    "GET /llms": () => ({ available: ["tiny-1b", "big-70b"] }),
    "POST /jobs": ({ body }) => {
      const { prompt, llm } = JSON.parse(body);
      if (llm !== "tiny-1b") return { error: "no such model" };
      jobs.set(String(17 + jobs.size), { prompt, asked: 0 });
      return { job_id: 16 + jobs.size, status: "queued" };
    },
    "GET /jobs/:id": ({ params }) => {
      const job = jobs.get(params["id"] ?? "");
      if (job === undefined) return { status: "unknown" };
      job.asked += 1;
      const pieces = replyTo(job.prompt);
      const isOver = job.asked > 3;
      const output = (isOver ? pieces : pieces.slice(0, job.asked)).join("");
      return {
        job_id: Number(params["id"]),
        prompt: job.prompt,
        status: isOver ? "finished" : "running",
        output,
      };
    },
  });
  const { learned, tried } = await learnThroughTap(upstream, async (at) => {
    await ask(`${at}/llms`, "GET");
    const { job_id } = await (await ask(`${at}/jobs`, "POST", { prompt: SALTY, llm: "tiny-1b" })).json();
    for (let status = ""; status !== "finished"; ) {
      ({ status } = await (await ask(`${at}/jobs/${job_id}`, "GET")).json());
    }
  });
  expect(tried).toMatchObject({
    problems: [],
    reply: { text: replyTo("Say hello in three words.").join("") },
  });
  expect(learned.wire).toMatchObject({
    send: { body: { prompt: "{text}", llm: "{model}" }, told: { reply: "job_id" } },
    read: { request: "GET /jobs/{reply}", every_ms: expect.any(Number) },
    stream: {
      framing: "polled",
      text: { at: "output", cumulative: true },
      done: { where: { status: "finished" } },
    },
    models: { request: "GET /llms", list: "available", id: "" },
  });
  const bytes = Object.fromEntries(learned.findings.map((finding) => [finding.setting, finding.bytes]));
  expect(bytes["send"]).toMatch(/; answered \{"job_id":17,/);
  expect(bytes["read"]).toMatch(/^GET \/jobs\/17, asked 4 times, as a rule \d+ ms after an answer$/);
});

test("GETs alone: the text in the query, or in the path, and each event with all so far", async () => {
  const upstream = await serveRoutes({
    "GET /ask": ({ query, response }) => {
      const pieces = replyTo(query.get("q") ?? "");
      const texts = pieces.map((_, index) => ({ text: pieces.slice(0, index + 1).join("") }));
      events(response, [...texts, { done: true }]);
    },
    "GET /stream/:text": ({ params, response }) => {
      events(response, [...replyTo(params["text"] ?? ""), "[DONE]"]);
    },
  });
  const asked = await learnThroughTap(upstream, async (at) => {
    await ask(`${at}/ask?style=plain&q=${encodeURIComponent(SALTY)}`, "GET");
  });
  expect(asked.tried.problems).toEqual([]);
  expect(asked.learned.wire).toMatchObject({
    send: { request: "GET /ask?style=plain&q={text}" },
    stream: { text: { at: "text", cumulative: true }, done: { where: { done: true } } },
  });
  const named = await learnThroughTap(upstream, async (at) => {
    await ask(`${at}/stream/${encodeURIComponent(SALTY)}`, "GET");
  });
  expect(named.tried.problems).toEqual([]);
  expect(named.learned.wire).toMatchObject({ send: { request: "GET /stream/{text}" } });
});

test("Vercel's AI SDK: the whole conversation in parts, an id of the page's own, its two streams", async () => {
  const bodies: { id: string; messages: { parts: { text: string }[] }[] }[] = [];
  const upstream = await serveRoutes({
    "POST /api/chat": ({ body, response }) => {
      const asked = JSON.parse(body);
      bodies.push(asked);
      const deltas = replyTo(asked.messages.at(-1).parts[0].text).map((delta) => ({
        type: "text-delta",
        id: "0",
        delta,
      }));
      events(response, [{ type: "start" }, ...deltas, { type: "finish" }, "[DONE]"]);
    },
    "POST /api/v4/chat": ({ body, response }) => {
      const asked = JSON.parse(body);
      const lines = replyTo(asked.messages.at(-1).content).map((piece) => `0:${JSON.stringify(piece)}\n`);
      const end = { finishReason: "stop", usage: { promptTokens: 12, completionTokens: 9 } };
      response.setHeader("content-type", "text/plain; charset=utf-8");
      response.end(`f:{"messageId":"m-1"}\n${lines.join("")}d:${JSON.stringify(end)}\n`);
    },
  });
  const turn = (role: string, text: string) => ({
    id: `${role}-${text.length}a`,
    role,
    parts: [{ type: "text", text }],
  });
  const id = "abcDEF0123456789";
  const five = await learnThroughTap(upstream, async (at) => {
    const talk = [turn("user", SALTY), turn("assistant", replyTo(SALTY).join("")), turn("user", TIDES)];
    await ask(`${at}/api/chat`, "POST", { id, messages: talk.slice(0, 1), trigger: "submit-message" });
    await ask(`${at}/api/chat`, "POST", { id, messages: talk, trigger: "submit-message" });
  });
  expect(five.tried.problems).toEqual([]);
  expect(five.learned.unsayable).toEqual([]);
  expect(five.learned.findings.find(({ setting }) => setting === "send")?.bytes).toMatch(
    /; a later message has an earlier one, or its reply, in it$/,
  );
  expect(five.learned.wire).toMatchObject({
    conversation: "own",
    send: { body: { id: "{conversation}", messages: "{history|parts}", trigger: "submit-message" } },
    stream: { type: "type", text: { of: "text-delta", at: "delta" } },
  });
  expect(bodies.at(-2)).toMatchObject({
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    messages: [{ role: "user", parts: [{ type: "text", text: "Say hello in three words." }] }],
  });
  const four = await learnThroughTap(upstream, async (at) => {
    await ask(`${at}/api/v4/chat`, "POST", { id, messages: [{ role: "user", content: SALTY }] });
  });
  expect(four.tried).toMatchObject({ problems: [], reply: { isDone: true, isCounted: true } });
  expect(four.learned.wire).toMatchObject({
    send: { body: { messages: "{history}" } },
    stream: { framing: "data-stream", text: { of: "0", at: "" } },
  });
});

test("a message, and beside it what was said before it", async () => {
  const bodies: unknown[] = [];
  const upstream = await serveRoutes({
    "POST /chat": ({ body, response }) => {
      const asked = JSON.parse(body);
      bodies.push(asked);
      events(response, [...replyTo(asked.message).map((t) => ({ t })), "[DONE]"]);
    },
  });
  const { learned, tried } = await learnThroughTap(upstream, async (at) => {
    const before = [
      { role: "user", content: SALTY },
      { role: "assistant", content: replyTo(SALTY).join("") },
    ];
    await ask(`${at}/chat`, "POST", { message: SALTY, history: [] });
    await ask(`${at}/chat`, "POST", { message: TIDES, history: before });
  });
  expect(tried.problems).toEqual([]);
  expect(learned.wire.send?.body).toEqual({ message: "{text}", history: "{history|before}" });
  expect(bodies.at(-2)).toEqual({ message: "Say hello in three words.", history: [] });
});

test("a history in a shape that no description has needs a driver in code, and says so", async () => {
  const upstream = await serveRoutes({
    "POST /chat": ({ body, response }) => {
      const { turns } = JSON.parse(body);
      events(response, [...replyTo(turns.at(-1).value).map((t) => ({ t })), "[DONE]"]);
    },
  });
  const said = (from: string, value: string) => ({ from, value });
  const { learned } = await learnThroughTap(upstream, async (at) => {
    const talk = [said("human", SALTY), said("gpt", replyTo(SALTY).join("")), said("human", TIDES)];
    await ask(`${at}/chat`, "POST", { turns: talk.slice(0, 1) });
    await ask(`${at}/chat`, "POST", { turns: talk });
  });
  expect(learned.unsayable).toEqual([expect.stringMatching(/^each message brings the whole conversation/)]);
});

test.each([
  ["ends with it", true, "its row ends where the page had stopped to hear"],
  ["goes on without it", false, undefined],
] as const)(
  "a stop button that only leaves the stream, at a back end whose reply %s",
  async (_, endsThen, bytes) => {
    const rows: { role: string; content: string }[] = [];
    const over = Promise.withResolvers<void>();
    const upstream = await serveRoutes({
      "POST /chat": async ({ body, response }) => {
        const { text } = JSON.parse(body);
        const isLong = /thousand/.test(text);
        const reply = { role: "assistant", content: "" };
        rows.push({ role: "user", content: text }, reply);
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        const left = once(response, "close");
        const pieces = isLong ? Array.from({ length: 40 }, (_, index) => `${index} and `) : replyTo(text);
        for (const [index, token] of pieces.entries()) {
          if (response.destroyed && endsThen) break;
          reply.content += token;
          response.write(`${JSON.stringify({ token })}\n`);
          if (isLong && index === 1) await left;
        }
        response.end('{"finished":true}\n');
        if (isLong) over.resolve();
      },
      "GET /history": () => rows,
    });
    const { learned } = await learnThroughTap(upstream, async (at) => {
      await ask(`${at}/chat`, "POST", { text: SALTY });
      const stopping = new AbortController();
      const long = await fetch(`${at}/chat`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text: "Count to a thousand" }),
        signal: stopping.signal,
      });
      const reader = long.body?.getReader();
      for (let heard = ""; !heard.includes("1 and"); )
        heard += Buffer.from((await reader?.read())?.value ?? []);
      stopping.abort();
      await over.promise;
      await ask(`${at}/history`, "GET");
    });
    expect(learned.wire.cancel).toBe(endsThen ? "close" : undefined);
    expect(learned.findings.find(({ setting }) => setting === "cancel")?.bytes ?? "").toContain(bytes ?? "");
    const why = learned.unknown.find(({ setting }) => setting === "cancel")?.why;
    expect(why === undefined).toBe(endsThen);
  },
);
