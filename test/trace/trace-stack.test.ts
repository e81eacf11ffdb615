/** Real stacks, with real faults in them, traced from outside. */
import { Transform } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { isEventStream, rewriteEvents } from "../../src/faults/tools/rewrite-events.ts";
import { startStack } from "../../src/start-stack.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import type { Rewrite } from "../../src/tap/tap-rewrite.ts";
import { COUNTING_MESSAGE } from "../../src/targets/counting-message.ts";
import { call } from "../support/http.ts";
import { answerInWords, startOpenAiEngine } from "../support/openai-engine.ts";
import { startTestStack } from "../support/stack.ts";
import { traceUrls } from "../support/trace.ts";

async function faultyStack(options: Parameters<typeof startStack>[0]) {
  const stack = await startStack({ tokenDelayMs: 10, ...options });
  onTestFinished(() => stack.close());
  return stack;
}

test("a healthy stack: every hop is seen whole, the engine's share by its record, and nothing is left", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10 });
  const { ok, hops, diagnosis, record, left_behind, not_told } = await traceUrls(stack, { passes: 2 });
  expect({ ok, record, left_behind, not_told }).toEqual({
    ok: true,
    record: "stand-in",
    left_behind: [],
    not_told: [],
  });
  expect(diagnosis.sentence).toMatch(
    /^Every hop passes what it gets: first token after .+, of which the engine .+\.$/,
  );
  expect(hops.map(({ hop }) => hop)).toEqual(["engine", "gateway", "hmi"]);
  // What seems late on a busy machine is asked again.
  expect(Math.min(...hops.map(({ passes }) => passes.length))).toBe(2);
  const texts = new Set(hops.flatMap(({ passes }) => passes.map(({ text }) => text)));
  expect([...texts]).toEqual([expect.stringMatching(/^1, 2, 3, 4/)]);
  for (const { hop, passes } of hops) {
    for (const pass of passes) {
      expect(pass).toMatchObject({
        status: 200,
        end: "done",
        finish_reason: "length",
        model: "llama3.1:8b",
        failure: null,
      });
      expect(pass.usage?.completion_tokens).toBe(24);
      expect(pass.row?.text).toBe(hop === "hmi" ? pass.text : undefined);
      expect(pass.engine_requests).toEqual([
        expect.objectContaining({ purpose: "reply", model: "llama3.1:8b" }),
      ]);
    }
  }
  const sessions = await call(stack.hmi, "/api/chat/sessions");
  const profiles = await call(stack.hmi, "/api/model-profiles");
  expect([sessions.json.total, profiles.json.profiles]).toEqual([0, []]);
});

const takeLate: Rewrite = {
  async head(answer) {
    if (answer.request.method === "POST") await delay(600);
    return answer;
  },
};

/** Decodes byte by byte, whatever passes. */
const cutCharacters: Rewrite = {
  body(answer) {
    if (!isEventStream(answer)) return undefined;
    const each = (byte: number): Buffer => Buffer.from(Buffer.of(byte).toString("utf8"));
    return new Transform({
      transform: (bytes: Buffer, _, done) => done(null, Buffer.concat([...bytes].map(each))),
    });
  },
};

/** A piece of text does not come, on any stream. */
const loseNumber: Rewrite = rewriteEvents(() => ({
  frame: ({ text, event }) => (event?.type === "token" && event.content.includes("三") ? "" : text),
}));

test.each<[string, Parameters<typeof startStack>[0], string, string]>([
  ["an end that is swallowed", { fault: "done-missing" }, "hmi", "no_end"],
  ["a stream that is compressed until it is whole", { fault: "stream-compressed" }, "hmi", "held_back"],
  ["text in lumps", { fault: "tokens-in-bursts" }, "hmi", "held_back"],
  ["a title that is asked first", { fault: "title-asked-first" }, "gateway", "asked_before"],
  ["text that the HMI's stream loses", { overrides: { wire: { hmi: loseNumber } } }, "hmi", "lost_text"],
  ["text that the gateway loses", { overrides: { wire: { gateway: loseNumber } } }, "gateway", "lost_text"],
  [
    "another model",
    {
      overrides: {
        engine: (client) => ({
          ...client,
          chat: (request, signal) => client.chat({ ...request, model: "phi3:mini" }, signal),
        }),
      },
    },
    "gateway",
    "other_model",
  ],
  ["characters that are cut on the way", { fault: "characters-cut-on-the-way" }, "hmi", "changed_text"],
  [
    "characters that the gateway cuts",
    { overrides: { wire: { gateway: cutCharacters } } },
    "gateway",
    "changed_text",
  ],
  ["a message that is taken late", { overrides: { wire: { hmi: takeLate } } }, "hmi", "delay"],
])("%s is found, and where", async (_, options, hop, kind) => {
  const { ok, diagnosis, left_behind } = await traceUrls(await faultyStack(options), {
    message: COUNTING_MESSAGE,
  });
  expect({ ok, left_behind, hop: diagnosis.hop, kind: diagnosis.kind }).toEqual({
    ok: false,
    left_behind: [],
    hop,
    kind,
  });
});

test("a tap in front of the engine joins in: what reached the engine, and what it said", async () => {
  const engine = await startTestStack({ tokenDelayMs: 10 });
  const tap = await startTap({ upstream: engine.engine });
  onTestFinished(() => tap.close());
  const stack = await startTestStack({ engineUrl: tap.url });
  const { record, hops } = await traceUrls({ ...stack, engine: tap.url });
  // The stand-in behind it keeps a record of its own, which tells as much but the text.
  expect(record).toBe("stand-in");
  expect(hops.map(({ passes }) => passes[0]?.engine_requests?.length)).toEqual([1, 1, 1]);
});

test("an OpenAI-compatible engine is asked by its own wire", async () => {
  const engine = await startOpenAiEngine(answerInWords);
  const stack = await startTestStack({ engineUrl: engine.url, engine: { api: "openai" } });
  const { hops, ok, model } = await traceUrls({ ...stack, engine: engine.url }, { engineApi: "openai" });
  expect({ ok, model }).toEqual({ ok: true, model: "m" });
  expect(hops[0]?.passes[0]).toMatchObject({
    request: "POST /v1/chat/completions",
    end: "done",
    finish_reason: "length",
  });
});

test("an engine that is down is told as such; where nothing answers at all, the trace cannot run", async () => {
  const nowhere = "http://127.0.0.1:1";
  const stack = await startTestStack({ engineUrl: nowhere });
  const { diagnosis } = await traceUrls({ ...stack, engine: nowhere });
  expect(diagnosis).toMatchObject({ hop: "engine", kind: "no_answer" });
  await expect(traceUrls({ engine: nowhere, gateway: nowhere, hmi: nowhere })).rejects.toMatchObject({
    code: "unreachable",
  });
});

test("another token is no broken hop", async () => {
  const stack = await startTestStack({ auth: { token: "right" } });
  await expect(traceUrls({ ...stack, token: "wrong" })).rejects.toMatchObject({ code: "unauthorized" });
  expect((await traceUrls({ ...stack, token: "right" })).ok).toBe(true);
});
