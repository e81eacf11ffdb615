import { describe, expect, test } from "vitest";
import { gatewayOnce } from "../../../src/checks/replicas/gateway-once.ts";
import { oneBegins } from "../../../src/checks/replicas/one-begins.ts";
import { oneWriter } from "../../../src/checks/replicas/one-writer.ts";
import { cancelElsewhere } from "../../../src/checks/replicas/replicas-cancel.ts";
import { drain } from "../../../src/checks/replicas/replicas-drain.ts";
import { heardElsewhere } from "../../../src/checks/replicas/replicas-events.ts";
import { resume } from "../../../src/checks/replicas/replicas-resume.ts";
import { sameKey } from "../../../src/checks/replicas/same-key.ts";
import { shownEverywhere } from "../../../src/checks/replicas/shown-everywhere.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { generation, judge, replyRow, row } from "../model-conversation/evidence.ts";
import { done, stream, token, whole } from "../sse/evidence.ts";

const [A, B] = ["aaaaaaaa-1", "bbbbbbbb-2"];
const asked = (request: string, status = 200, body: unknown = {}) => ({
  ...{ request, sent_at: "2026-01-01T00:00:00.000Z", headers: {}, duration_ms: 1 },
  ...{ status, body },
});

describe("a reader that moves between copies", () => {
  const piece = (copy: string | undefined, text: string, more: object = {}) => ({
    ...{ copy, lastEventId: "2:3.0.1", ids: ["2:3.0.2"], text, isDone: false },
    stream: { ...asked("GET /api/chat/stream/80"), end: "closed" },
    ...more,
  });
  const last = piece(B, "o!", { isDone: true });
  const look = (content: string, status = "streaming") => ({
    copy: B,
    status: 200,
    row: { content, status },
  });
  const reader = {
    ...{ asked: "Hello?", owner: A, pieces: [piece(A, "Hell"), last] },
    ...{ during: [look("He"), look("Hell")], saved: look("Hello!", "complete") },
  };

  test("resume and one-writer hold where it got all of it once, and every look is a beginning of it", () => {
    for (const check of [resume, oneWriter]) expect(judge(check, reader)).toMatchObject({ verdict: "holds" });
  });

  test.each([
    ["has a piece twice", [piece(A, "Hell"), piece(B, "llo!", { isDone: true })]],
    ["lacks a piece", [piece(A, "Hel"), last]],
    ["lacks the end", [piece(A, "Hell"), piece(B, "o!")]],
  ])("resume is broken where it %s", (_, pieces) => {
    expect(judge(resume, { ...reader, pieces })).toMatchObject({ verdict: "broken" });
  });

  test("resume is broken where a copy refuses the reader, and says which", () => {
    const stream = { ...asked("GET /api/chat/stream/80", 404, { error: {} }), end: "closed" };
    expect(judge(resume, { ...reader, pieces: [piece(A, "Hell"), piece(B, "", { stream })] })).toMatchObject({
      verdict: "broken",
      found: expect.stringMatching(/^404 .* at copy bbbbbbbb$/),
    });
  });

  test("resume says nothing where all connections went to one copy, or nobody came back", () => {
    const pieces = [piece(A, "Hell"), piece(A, "o!", { isDone: true })];
    expect(() => judge(resume, { ...reader, pieces })).toThrow(NotObservable);
    expect(() => judge(resume, { ...reader, pieces: [last] })).toThrow(CouldNotRun);
    expect(() => judge(resume, { ...reader, saved: null })).toThrow(CouldNotRun);
  });

  test("one-writer is broken where a copy showed a piece twice, and says nothing where none showed any", () => {
    const doubled = { ...reader, during: [look("HeHell")] };
    expect(judge(oneWriter, doubled)).toMatchObject({
      verdict: "broken",
      found: '"HeHell" at copy bbbbbbbb',
    });
    expect(() => judge(oneWriter, { ...reader, during: [look("")] })).toThrow(CouldNotRun);
  });
});

describe("what every copy shows", () => {
  const look = (copy: string | undefined, texts: string[], status = 200) => ({ copy, status, texts });
  const both = (texts: string[], status = 200) => [look(A, texts, status), look(B, texts, status)];
  const said = ["Hello", "Hi!"];
  const seen = { sessionId: "80", before: both([]), after: both(said), said, gone: both([], 404) };

  test("holds where all show the same", () => {
    expect(judge(shownEverywhere, seen)).toMatchObject({ verdict: "holds" });
  });

  test.each([
    ["shows what was before", { after: [look(A, said), look(B, [])] }],
    ["knows nothing of it", { before: [look(A, []), look(B, [], 404)] }],
    ["shows it after its end", { gone: [look(A, [], 404), look(B, said)] }],
  ])("broken where a copy %s", (_, change) => {
    expect(judge(shownEverywhere, { ...seen, ...change })).toMatchObject({ verdict: "broken" });
  });

  test("says nothing where one copy was met, or one was in trouble", () => {
    expect(() => judge(shownEverywhere, { ...seen, after: [look(A, said)] })).toThrow(NotObservable);
    expect(() => judge(shownEverywhere, { ...seen, after: [...both(said), look(B, [], 503)] })).toThrow(
      CouldNotRun,
    );
  });
});

describe("a cancel at another copy", () => {
  const events = [...whole("Hel").slice(0, -3), { type: "status_update", status: "cancelled" } as const];
  const seen = {
    ...{ owner: A, askedAt: B, answer: asked("POST /api/chat/cancel"), saved: "cancelled" },
    stream: stream([...events, { type: "done", finish_reason: "cancelled" }]),
    generations: [{ ...generation("Count"), ended: "aborted" }],
  };
  const code = (name: string) => ({ error: { code: name, message: "No." } });

  test("holds where it ended all", () => {
    expect(judge(cancelElsewhere, seen)).toMatchObject({ verdict: "holds" });
  });

  test("holds where the owner was slow to answer, and it ended all in another way", () => {
    const answer = asked("POST /api/chat/cancel", 503, code("owner_unreachable"));
    expect(judge(cancelElsewhere, { ...seen, answer })).toMatchObject({ verdict: "holds" });
  });

  test.each([
    ["it is refused", { answer: asked("POST /api/chat/cancel", 404, code("conversation_not_found")) }],
    ["the engine goes on", { generations: [{ ...generation("Count"), ended: "running" }] }],
    ["the stream comes to its own end", { stream: stream([...events, done()]) }],
    ["the row is whole", { saved: "complete" }],
  ])("broken where %s", (_, change) => {
    expect(judge(cancelElsewhere, { ...seen, ...change })).toMatchObject({ verdict: "broken" });
  });
});

describe("two at once", () => {
  const taken = (id = "2") => {
    const body = { session_id: "80", message_id: "1", assistant_message_id: id };
    return asked("POST /api/chat/message", 200, {
      status: "ok",
      agent_id: "architect",
      streaming: true,
      ...body,
    });
  };
  const refused = asked("POST /api/chat/message", 409, {});
  const seen = { copies: [A, B], rows: [row(), replyRow()], generations: [generation("Count")] };

  test("one-begins holds for 200 and 409, in either order, with one reply", () => {
    for (const answers of [
      [taken(), refused],
      [refused, taken()],
    ])
      expect(judge(oneBegins, { ...seen, answers })).toMatchObject({ verdict: "holds" });
  });

  test.each([
    ["both are taken", { answers: [taken(), taken("4")] }],
    ["the engine is asked twice", { generations: [generation("Count"), generation("Count")] }],
    ["there are two replies", { rows: [row(), replyRow(), replyRow({ message_id: "4" })] }],
  ])("one-begins is broken where %s", (_, change) => {
    expect(judge(oneBegins, { ...seen, answers: [taken(), refused], ...change })).toMatchObject({
      verdict: "broken",
    });
  });

  test("same-key holds where both are told the same reply, and is broken where one is refused or told another", () => {
    expect(judge(sameKey, { ...seen, answers: [taken(), taken()] })).toMatchObject({ verdict: "holds" });
    for (const answers of [
      [taken(), refused],
      [taken(), taken("4")],
    ])
      expect(judge(sameKey, { ...seen, answers })).toMatchObject({ verdict: "broken" });
  });

  test("neither says anything where the store was in trouble", () => {
    const answers = [taken(), asked("POST /api/chat/message", 503)];
    for (const check of [oneBegins, sameKey])
      expect(() => judge(check, { ...seen, answers })).toThrow(CouldNotRun);
  });

  test("gateway-once holds for one generation with the same events at both, and is broken for two, or other events", () => {
    const once = {
      ...{ copies: [A, B], statuses: [200, 200], ids: [["1"], ["1"]], texts: ["1, 2", "1, 2"] },
      generations: [generation("Count")],
    };
    expect(judge(gatewayOnce, once)).toMatchObject({ verdict: "holds" });
    const twice = [generation("Count"), generation("Count")];
    for (const change of [{ generations: twice }, { texts: ["1, 2", "1"] }, { statuses: [200, 409] }])
      expect(judge(gatewayOnce, { ...once, ...change })).toMatchObject({ verdict: "broken" });
    expect(() => judge(gatewayOnce, { ...once, statuses: [200, 503] })).toThrow(CouldNotRun);
  });
});

test("events hold where each page at another copy heard both, and are broken where one heard half", () => {
  const heard = ["reply_started", "reply_ended"];
  const seen = {
    sentTo: A,
    replyId: "2",
    pages: [
      { copy: A, heard: [] },
      { copy: B, heard },
    ],
  };
  expect(judge(heardElsewhere, seen)).toMatchObject({ verdict: "holds" });
  const deaf = [
    { copy: B, heard },
    { copy: B, heard: ["reply_started"] },
  ];
  expect(judge(heardElsewhere, { ...seen, pages: deaf })).toMatchObject({ verdict: "broken" });
  expect(() => judge(heardElsewhere, { ...seen, pages: [{ copy: A, heard }] })).toThrow(NotObservable);
});

describe("a drain", () => {
  const saved = { content: "Hi", status: "complete" };
  const seen = {
    ...{ drained: A, stream: stream(whole("Hi")), saved },
    meanwhile: {
      answers: [
        { status: 503, retryAfter: "1" },
        { status: 200, retryAfter: null },
      ],
      saved,
    },
  };

  test("holds where the reply came to its end, and another copy took the next message", () => {
    expect(judge(drain, seen)).toMatchObject({ verdict: "holds" });
  });

  test.each([
    ["the stream is cut", { stream: stream([token("H")], { end: "cut" }) }],
    ["the row is interrupted", { saved: { content: "Hi", status: "interrupted" } }],
    ["nobody takes the next", { meanwhile: { answers: [{ status: 503, retryAfter: "1" }], saved: null } }],
    [
      "a refusal does not say when to come back",
      {
        meanwhile: {
          answers: [
            { status: 503, retryAfter: null },
            { status: 200, retryAfter: null },
          ],
          saved,
        },
      },
    ],
  ])("broken where %s", (_, change) => {
    expect(judge(drain, { ...seen, ...change })).toMatchObject({ verdict: "broken" });
  });
});
