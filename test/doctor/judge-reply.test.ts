import { expect, test } from "vitest";
import type { ExaminedStack } from "../../src/doctor/doctor-context.ts";
import { judgeReply, waitedBefore } from "../../src/doctor/judge-reply.ts";
import type { ReplyFact } from "../../src/targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../src/targets/http-client.ts";

const stack = (): ExaminedStack =>
  ({
    services: {},
    notes: {
      rungs: [],
      installed: ["tiny"],
      model: "tiny",
      chatMs: 400,
      waitedInVainMs: undefined,
      folder: {},
    },
  }) as unknown as ExaminedStack;

function judge(facts: readonly ReplyFact[], more: Partial<SeenStream> = {}, asked?: string) {
  const timed = facts.map((fact) => ({ ...fact, at_ms: 1 }));
  const stream = { request: "POST /say?x=1", status: 200, body: null, end: "closed", duration_ms: 31_000 };
  return judgeReply({ ...stream, ...more, facts: timed } as unknown as SeenStream, "hmi", stack(), { asked });
}

const OK: ReplyFact = { kind: "text", text: "OK" };
const THOUGHT: ReplyFact = { kind: "thought", text: "Hm." };
const done = (reason: string | null): ReplyFact => ({ kind: "done", reason });
const failure = (message: string, code: string | null = null): ReplyFact => ({
  kind: "failure",
  code,
  message,
});

test("a text and an end are a reply", () => {
  expect(judge([OK, done(null)])).toBe(undefined);
});

test.each([
  ["refused", [], { status: 422, body: { detail: "no text" } }, "call_refused", "answered 422: no text"],
  [
    "refused for its model",
    [],
    { status: 400, body: { error: { message: "Invalid model name passed in model=tiny" } } },
    "model_refused",
    "answered 400: Invalid model name",
  ],
  ["ended without a word of it", [OK], {}, "reply_cut", "POST /say ended without"],
  ["ended without any text", [done("stop")], {}, "reply_empty", "had no text"],
  ["failed", [failure("out of memory", "oom"), done(null)], {}, "reply_failed", "out of memory"],
  ["failed, and nobody said why", [done("error")], {}, "reply_failed", "nobody said why"],
  ["failed by its model", [failure("404 model 'big' not found")], {}, "wrong_default_model", '"big"'],
] as const)("a reply that %s is broken", (_, facts, more, code, found) => {
  expect(judge(facts, more)).toMatchObject({
    status: "broken",
    problem: { code, found: expect.stringContaining(found) },
  });
});

test("a reply that is refused for want of a token is told as that", () => {
  const services = { hmi: { url: "http://127.0.0.1:1" } };
  const at = { ...stack(), services, hasToken: true } as unknown as ExaminedStack;
  const stream = { request: "POST /say", status: 401, body: { error: "log in first" }, facts: [] };
  expect(judgeReply(stream as unknown as SeenStream, "hmi", at)).toMatchObject({
    problem: { code: "token_refused", cause: expect.stringContaining("another token than") },
  });
});

test("a model that is known to be asked, and is not there, is named", () => {
  expect(judge([failure("no")], {}, "Claude Sonnet 4")).toMatchObject({
    problem: { code: "wrong_default_model", found: expect.stringContaining("Claude Sonnet 4") },
  });
});

test.each([
  ["only thought", [THOUGHT, done("stop")]],
  ["used its tokens up", [done("length")]],
  ["is said to have said nothing", [failure("The model said nothing.", "empty_reply"), done("error")]],
])("a model that %s shows nothing of the stack", (_, facts) => {
  expect(judge(facts)).toMatchObject({ status: "skipped", text: expect.stringContaining("said nothing") });
});

test("a reply that has spoken and then says nothing for long never ended, and is not waited for again", () => {
  const at = stack();
  const facts = [{ ...OK, at_ms: 900 }];
  const stream = { request: "POST /say", status: 200, facts, end: "given-up", duration_ms: 32_400 };
  expect(judgeReply(stream as unknown as SeenStream, "hmi", at)).toMatchObject({
    problem: {
      code: "reply_unended",
      found:
        "POST /say sent text, then nothing more of this reply for 31.5 s, and never said that it is done",
    },
  });
  expect(waitedBefore(at)).toMatchObject({ status: "skipped" });
});

test("a reply that spoke a while ago may only be slow, with a slow engine longer", () => {
  const late = { facts: [{ ...OK, at_ms: 20_000 }], duration_ms: 32_400 };
  const slow = { facts: [{ ...OK, at_ms: 900 }], duration_ms: 32_400 };
  const given = { request: "POST /say", status: 200, end: "given-up" };
  const slowEngine = stack();
  slowEngine.notes.chatMs = 3_000;
  for (const [stream, at] of [[late, stack()] as const, [slow, slowEngine] as const])
    expect(judgeReply({ ...given, ...stream } as unknown as SeenStream, "hmi", at)).toMatchObject({
      status: "skipped",
    });
});

test("what did not come in time is not judged, and nothing is waited for again", () => {
  const at = stack();
  expect(waitedBefore(at)).toBe(undefined);
  const stream = { request: "POST /say", status: 200, facts: [], end: "given-up", duration_ms: 32_400 };
  expect(judgeReply(stream as unknown as SeenStream, "hmi", at)).toEqual({
    status: "skipped",
    text: "no end of a reply came in 32.4 s: not judged, and one token of the engine itself took 0.4 s",
  });
  expect(waitedBefore(at)).toEqual({
    status: "skipped",
    text: "not asked, as no reply had come in 32.4 s",
  });
});
