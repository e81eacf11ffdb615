import { expect, test } from "vitest";
import type { HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";

const ask = (q: string, id: string): HarEntry => ({
  request: `POST ${AT}/ask`,
  body: { chat: "c-yri26328fd", q },
  answer: { id },
});

const poll = (id: string, more: object): HarEntry => ({
  request: `GET ${AT}/status?id=${id}`,
  answer: { id, answer: "", ...more },
});

const WHOLE = "Rivers bring salt to it.";
const STOP: HarEntry = { request: `POST ${AT}/leave`, body: { id: "3fd3ffd1" }, answer: { ok: true } };

/** A reply that comes to its end, and one that is stopped, each as its answers say how it stands. */
function logOf(going: object, whole: object, stopped: object): HarEntry[] {
  return [
    ask("Why is the sea salty?", "15909564"),
    poll("15909564", going),
    poll("15909564", { ...whole, answer: WHOLE }),
    ask("Count to 200", "3fd3ffd1"),
    poll("3fd3ffd1", going),
    STOP,
    poll("3fd3ffd1", stopped),
  ];
}

const CANCEL = { request: "POST /leave", body: { id: "{reply}" } };

test("a polled reply that ends after the stop with a word of its own is done by it, and was cancelled", () => {
  const { wire, findings } = learn(...logOf({ state: "working" }, { state: "ok" }, { state: "stopped" }));
  expect(wire).toMatchObject({
    cancel: CANCEL,
    read: { request: "GET /status?id={reply}" },
    stream: {
      framing: "polled",
      text: { at: "answer" },
      done: [
        { where: { state: "ok" } },
        { where: { state: "stopped" }, reason: "state", reasons: { cancelled: ["stopped"] } },
      ],
    },
  });
  const cancel = findings.find(({ setting }) => setting === "cancel");
  expect(cancel?.bytes).toContain("while the reply of entry 5 came, which then ended early");
});

test("where a flag tells every end, a word beside it tells which one it is", () => {
  const { wire } = learn(
    ...logOf(
      { finished: false, how: "working" },
      { finished: true, how: "ok" },
      { finished: true, how: "left" },
    ),
  );
  expect(wire).toMatchObject({
    cancel: CANCEL,
    stream: {
      done: {
        where: { finished: true },
        reason: "how",
        reasons: { stop: ["ok"], cancelled: ["left"] },
      },
    },
  });
});

test("a reply that went on after a call was not ended by it", () => {
  const { wire } = learn(...logOf({ state: "working" }, { state: "ok" }, { state: "ok", answer: "1, 2, 3" }));
  expect(wire.stream?.done).toEqual({ where: { state: "ok" } });
  expect(wire.cancel).toBeUndefined();
});

const FAILING: HarEntry[] = [
  ask("Why is the sea salty?", "15909564"),
  poll("15909564", { state: "working" }),
  poll("15909564", { state: "ok", answer: WHOLE }),
  ask("Why are there tides?", "3fd3ffd1"),
  poll("3fd3ffd1", { state: "working" }),
];

test.each<[string, object, object]>([
  [
    "a word of its own and an error",
    { state: "failed", error: "no memory" },
    { where: { state: "failed" }, message: "error" },
  ],
  [
    "a word of its own that everybody knows",
    { state: "failed" },
    { where: { state: "failed" }, message: "state" },
  ],
  [
    "an error alone",
    { state: "working", problem: { errorText: "no memory" } },
    { message: "problem.errorText" },
  ],
])("a polled reply that ends with %s has failed", (_, failed, failure) => {
  const { wire, unknown, findings } = learn(...FAILING, poll("3fd3ffd1", failed));
  expect(wire.stream).toMatchObject({
    framing: "polled",
    text: { at: "answer" },
    failure,
    done: { where: { state: "ok" } },
  });
  expect(unknown.filter(({ why }) => why.includes("failure"))).toEqual([]);
  const bytes = findings.find(({ setting }) => setting === "stream.failure");
  expect(bytes).toMatchObject({
    where: expect.stringContaining("entry 5"),
    bytes: expect.stringContaining(
      Object.values(failed).some((v) => v === "failed") ? "failed" : "no memory",
    ),
  });
});

test("a field for errors that is empty in a reply that went well is where a failure is told", () => {
  const { wire } = learn(
    ask("Why is the sea salty?", "15909564"),
    poll("15909564", { state: "working", error: null }),
    poll("15909564", { state: "ok", answer: WHOLE, error: null }),
  );
  expect(wire.stream).toMatchObject({ failure: { message: "error" } });
});

test("a reply that is accepted until it is there needs no word for its end", () => {
  const { wire } = learn(
    ask("Why is the sea salty?", "15909564"),
    { ...poll("15909564", {}), status: 202 },
    { ...poll("15909564", {}), status: 202, answer: undefined },
    poll("15909564", { answer: WHOLE }),
  );
  expect(wire.stream).toEqual({ framing: "polled", text: { at: "answer" } });
});

test("a stream of another reply that failed tells how a failure is told", () => {
  const say = (text: string, ...events: object[]): HarEntry => ({
    request: `POST ${AT}/say`,
    body: { text },
    type: "text/event-stream",
    answer: events.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(""),
  });
  const { wire, findings } = learn(
    say(
      "Why is the sea salty?",
      { kind: "bit", s: "Rivers " },
      { kind: "bit", s: "bring salt." },
      { kind: "end" },
    ),
    say(
      "Why are there tides?",
      { kind: "bit", s: "The " },
      { kind: "oops", error: "no memory", code: "oom" },
      { kind: "end" },
    ),
  );
  expect(wire.stream).toMatchObject({
    failure: { of: "oops", message: "error", code: "code" },
    done: { of: "end" },
  });
  expect(findings.find(({ setting }) => setting === "stream.failure")).toMatchObject({
    where: expect.stringContaining("entry 2"),
    bytes: '{"kind":"oops","error":"no memory","code":"oom"}',
  });
});
