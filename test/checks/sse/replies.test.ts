import { expect, test } from "vitest";
import type { SeenReply } from "../../../src/checks/seen-reply.ts";
import { noRetry } from "../../../src/checks/sse/no-retry.ts";
import { engineFailure } from "../../../src/checks/sse/sse-engine-failure.ts";
import { kept } from "../../../src/checks/sse/sse-kept.ts";
import { length } from "../../../src/checks/sse/sse-length.ts";
import { text } from "../../../src/checks/sse/sse-text.ts";
import { usage as usageCheck } from "../../../src/checks/sse/sse-usage.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { judge, row } from "../model-conversation/evidence.ts";
import {
  asked,
  complete,
  done,
  error,
  executing,
  failing,
  planning,
  reply,
  savedReply,
  stream,
  token,
  usage,
  whole,
} from "./evidence.ts";

const NONE = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

test("usage: holds where stream and row say what the engine counted", () => {
  expect(judge(usageCheck, [reply(), reply({ door: "gateway", rows: [] })])).toMatchObject({
    verdict: "holds",
  });
});

test.each([
  ["there is none", { stream: stream([planning, executing, complete, done()]) }, "no usage"],
  [
    "the engine counted more",
    { generations: [asked({ counted: { prompt_tokens: 3, completion_tokens: 9 } })] },
    "3 + 2 = 5 tokens",
  ],
  ["the row has another", { rows: [savedReply({ usage: NONE })] }, "in the row: 0 + 0 = 0 tokens"],
  ["the row has none", { rows: [savedReply({ usage: null })] }, "in the row: no usage"],
])("usage: broken where %s", (_, changes, found) => {
  expect(judge(usageCheck, [reply(changes)])).toMatchObject({ verdict: "broken", found });
});

test.each([
  ["the engine's counts are not known", { generations: null }],
  ["the reply has no row", { rows: [row()] }],
])("usage: no verdict where %s", (_, changes) => {
  expect(() => judge(usageCheck, [reply(changes)])).toThrow(CouldNotRun);
});

test("usage: an engine that was not asked to count, by a wire of others, is no trouble of the run", () => {
  const uncounted = reply({ door: "wire", generations: [asked({ counted: null })] });
  expect(() => judge(usageCheck, [uncounted])).toThrow(NotObservable);
  expect(() => judge(usageCheck, [uncounted])).toThrow("stream_options.include_usage");
});

const AT_LIMIT = asked({
  options: { num_predict: 5 },
  counted: { prompt_tokens: 3, completion_tokens: 5 },
  tokens_sent: 5,
});

const CUT = {
  stream: stream([planning, executing, token("Hi"), complete, usage, done("length")]),
  rows: [savedReply({ finish_reason: "length" })],
  generations: [AT_LIMIT],
};

test("length: holds where it is told so, and broken where it is a stop in stream or row", () => {
  expect(judge(length, [reply(CUT), reply({ ...CUT, generations: null })])).toMatchObject({
    verdict: "holds",
  });
  expect(judge(length, [reply({ ...CUT, stream: stream() })])).toMatchObject({ found: "stop" });
  expect(judge(length, [reply({ ...CUT, rows: [savedReply()] })])).toMatchObject({
    found: "stop in the row",
  });
});

test("length: no verdict where the engine ended by itself, or was not told how long", () => {
  const options = { num_predict: 5 };
  expect(() => judge(length, [reply({ ...CUT, generations: [asked({ options })] })])).toThrow(CouldNotRun);
  expect(() => judge(length, [reply({ ...CUT, generations: [asked()] })])).toThrow(CouldNotRun);
  // The token that ends a reply is counted, and has no text.
  const ended = reply({ ...CUT, stream: stream(), generations: [{ ...AT_LIMIT, tokens_sent: 4 }] });
  expect(() => judge(length, [ended])).toThrow("the engine ended by itself, after 4 tokens");
});

test("usage: by a wire of others a row with another text is none of this reply's", () => {
  const by = (content: string) =>
    reply({ door: "wire", rows: [savedReply({ content, usage: { ...NONE, prompt_tokens: 32 } })] });
  expect(judge(usageCheck, [by("")])).toMatchObject({ verdict: "holds" });
  expect(judge(usageCheck, [by("Hi")])).toMatchObject({ verdict: "broken", found: "in the row: 32 + 0" });
});

test("text: by a wire of others a row with another reply's text is that one's; what is shown of a text is whole characters", () => {
  const at = (text: string, saved: string, streamed = text) => ({
    asked: { door: "wire", text, bytes: 23 },
    reply: reply({ door: "wire", stream: stream(whole(streamed)), rows: [savedReply({ content: saved })] }),
  });
  const long = "Grüße an 你好, 👋🏽 and 👩\u200d👩\u200d👧";
  expect(judge(text, [at(long, "Grüße 👋")])).toMatchObject({ verdict: "holds" });
  const broken = judge(text, [at(long, "Grüße")]);
  expect(broken).toMatchObject({ verdict: "broken", found: '"Grüße" at 5 in the row' });
  expect(JSON.stringify(broken)).not.toMatch(/\\ud[89a-f]/i);
});

const said = (streamed: string, saved: string) => ({
  asked: { door: "message", text: "Grüße 👋", bytes: 1 },
  reply: reply({ stream: stream(whole(streamed)), rows: [savedReply({ content: saved })] }),
});

test("text: holds where it is the same, and broken where a character is not", () => {
  expect(judge(text, [said("Grüße 👋", "Grüße 👋")])).toMatchObject({ verdict: "holds" });
  expect(judge(text, [said("Gr��e 👋", "Grüße 👋")])).toMatchObject({
    verdict: "broken",
    found: '"Gr��e 👋" at 2',
    expected: '"Grüße 👋" at 2 (characters of several bytes)',
  });
  expect(judge(text, [said("Grüße 👋", "Grüße ")])).toMatchObject({ found: '"Grüße " at 6 in the row' });
});

const failed = (changes: Partial<ReturnType<typeof reply>> = {}) => ({
  failure: "cut",
  before: "Hi",
  reply: reply({
    stream: stream([planning, executing, token("Hi"), failing, error, done("error")]),
    rows: [savedReply({ status: "error" })],
    ...changes,
  }),
});

test.each([engineFailure, kept, noRetry])(
  "$id holds where a failure is told, with what had come",
  (check) => {
    expect(judge(check, [failed(), failed({ door: "gateway", rows: [] })])).toMatchObject({
      verdict: "holds",
    });
  },
);

test.each([
  ["a whole reply", { stream: stream() }, "stop"],
  ["nothing", { stream: stream([planning, executing, token("Hi")]) }, "no done"],
  [
    "an error without words",
    { stream: stream([planning, executing, failing, done("error")]) },
    "done error after planning, executing, error",
  ],
  [
    "a row that still streams",
    { rows: [savedReply({ status: "streaming" })] },
    "a row with status streaming",
  ],
])("engine-failure: broken where it is told as %s", (_, changes, found) => {
  expect(judge(engineFailure, [failed(changes)])).toMatchObject({ verdict: "broken", found });
});

test("engine-failure: what a wire has no word for is not judged, unless all is called well", () => {
  const ended = stream([planning, executing, token("Hi"), done()]);
  const facts = ended.facts.map((fact) => (fact.kind === "done" ? { ...fact, reason: null } : fact));
  const on = (rows: SeenReply["rows"]) => ({
    ...failed({ door: "wire", stream: { ...ended, facts }, rows }),
    unheard: "no word for it (contract.wire.stream.failure)",
  });
  expect(() => judge(engineFailure, [on([])])).toThrow(NotObservable);
  const saved = { session_id: "80", role: "assistant", content: "Hi" } as const;
  expect(judge(engineFailure, [on([{ ...saved, status: "complete" }])])).toMatchObject({
    verdict: "broken",
    found: "done, and no failure; a row complete",
  });
});

test("kept: broken where the stream or the row lost text", () => {
  const empty = stream([planning, executing, failing, error, done("error")]);
  expect(judge(kept, [failed({ stream: empty })])).toMatchObject({ expected: '"Hi"', found: '""' });
  expect(judge(kept, [failed({ rows: [savedReply({ content: "" })] })])).toMatchObject({
    found: '"" in the row',
  });
});

test("kept: what the engine kept to itself had not arrived; what it told must be there", () => {
  const empty = stream([planning, executing, failing, error, done("error")]);
  const inOnePiece = {
    door: "wire",
    stream: empty,
    rows: [],
    generations: [asked({ chars_sent: 0 })],
  } as const;
  expect(() => judge(kept, [failed(inOnePiece)])).toThrow(NotObservable);
  expect(() => judge(kept, [failed(inOnePiece)])).toThrow("told no text before its failure");
  const told = { ...inOnePiece, generations: [asked({ chars_sent: 2 })] };
  expect(judge(kept, [failed(inOnePiece), failed(told)])).toMatchObject({ verdict: "broken", found: '""' });
  expect(() => judge(kept, [failed({ ...inOnePiece, generations: [] })])).toThrow("got no request");
});

test("no-retry: broken where the engine was asked twice; where nothing was seen, nothing is said", () => {
  expect(judge(noRetry, [failed({ generations: [asked(), asked()] })])).toMatchObject({
    found: "2 requests",
  });
  expect(() => judge(noRetry, [failed({ generations: [] })])).toThrow(NotObservable);
});
