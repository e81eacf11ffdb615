import { expect, test } from "vitest";
import { nextTurn } from "../../../src/checks/persistence/next-turn.ts";
import { concurrent } from "../../../src/checks/persistence/persistence-concurrent.ts";
import { grows } from "../../../src/checks/persistence/persistence-grows.ts";
import { rowOrder } from "../../../src/checks/persistence/row-order.ts";
import { savedAtDone } from "../../../src/checks/persistence/saved-at-done.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { generation, judge, row } from "../model-conversation/evidence.ts";
import { done, error, executing, failing, planning, savedReply, stream, whole } from "../sse/evidence.ts";

const failed = stream([planning, executing, failing, error, done("error")]);

test("saved at done: whole by then each time, and done does come", () => {
  const look = { stream: stream(), rows: [row(), savedReply()] };
  expect(judge(savedAtDone, [look, look]).verdict).toBe("holds");
  for (const rows of [[savedReply({ status: "streaming" })], [savedReply({ content: "H" })], []]) {
    expect(judge(savedAtDone, [look, { ...look, rows }]).verdict).toBe("broken");
  }
  const hung = stream(whole().slice(0, 4), { end: "given-up", duration_ms: 30_100 });
  expect(judge(savedAtDone, [{ ...look, stream: hung }])).toMatchObject({
    found: expect.stringMatching(/nothing more came for \d+\.\d s/),
  });
  expect(() => judge(savedAtDone, [{ ...look, stream: failed }])).toThrow(CouldNotRun);
  expect(() => judge(savedAtDone, [])).toThrow(CouldNotRun);
});

test("saved at done: of a reply that was given up with more of it on its way, nothing is said", () => {
  const hung = stream(whole().slice(0, 4), { end: "given-up", duration_ms: 30_100 });
  const look = { isForeign: true, stream: hung, rows: [row(), savedReply({ content: "Hi there" })] };
  expect(() => judge(savedAtDone, [look])).toThrow(NotObservable);
  expect(() => judge(savedAtDone, [look])).toThrow("no end in 30.1 s");
  // All of it came, and no end; or another text is there.
  for (const content of ["H", "Xi there"]) {
    expect(judge(savedAtDone, [{ ...look, rows: [savedReply({ content })] }]).verdict).toBe("broken");
  }
});

test("saved at done: where failures cannot be heard, what seems to have failed is not judged", () => {
  const untold = { isForeign: true, untoldFailures: "the wire has no word for a reply that fails" };
  const half = savedReply({ status: "error", content: "H" });
  const look = { stream: stream(whole().slice(0, 4)), rows: [row(), half] };
  expect(judge(savedAtDone, [{ isForeign: true, ...look }]).verdict).toBe("broken");
  expect(() => judge(savedAtDone, [{ ...untold, ...look }])).toThrow(
    "as its row says (error), and the wire has",
  );
  const closed = { ...look.stream, mayHaveFailed: "the engine failed at it" };
  expect(() => judge(savedAtDone, [{ ...untold, ...look, stream: closed }])).toThrow(
    "the engine failed at it",
  );
  // What was written, and only lost when it was saved, is.
  expect(judge(savedAtDone, [{ ...untold, stream: stream(), rows: [row()] }]).verdict).toBe("broken");
});

test("saved at done: by text alone where rows tell no status", () => {
  const rows = (content: string) => [{ session_id: "80", role: "assistant" as const, content }];
  expect(judge(savedAtDone, [{ stream: stream(), rows: rows("Hi") }]).verdict).toBe("holds");
  expect(judge(savedAtDone, [{ stream: stream(), rows: rows("H") }])).toMatchObject({
    found: "the stream ended with done (stop), and a row with 1 characters",
  });
});

test("grows: text on disk in time, while the reply streams", () => {
  const rows = [row(), savedReply({ status: "streaming", content: "H" })];
  expect(judge(grows, { savedMs: 60, rows, hadEnded: false, stream: stream() }).verdict).toBe("holds");
  expect(judge(grows, { savedMs: 501, rows, hadEnded: false, stream: stream() }).verdict).toBe("broken");
  expect(judge(grows, { savedMs: null, rows, hadEnded: false, stream: stream() }).verdict).toBe("broken");
  expect(judge(grows, { savedMs: null, rows: [], hadEnded: false, stream: stream() }).verdict).toBe("broken");
  const foreign = { isForeign: true, savedMs: null, hadEnded: false, stream: stream() };
  expect(() => judge(grows, { ...foreign, rows: [] })).toThrow("a promise of docs/contract.md alone");
  // What is saved first and told later is on disk, too.
  const ahead = [row(), savedReply({ status: "streaming", content: "Hi there" })];
  expect(judge(grows, { savedMs: 60, rows: ahead, hadEnded: false, stream: stream() }).verdict).toBe("holds");
  const neither = [row(), savedReply({ status: "streaming", content: "Ho there" })];
  expect(judge(grows, { savedMs: 60, rows: neither, hadEnded: false, stream: stream() }).verdict).toBe(
    "broken",
  );
  const other = [savedReply({ status: "streaming", content: "X" })];
  expect(judge(grows, { savedMs: 60, rows: other, hadEnded: false, stream: stream() }).verdict).toBe(
    "broken",
  );
  expect(() => judge(grows, { savedMs: 60, rows: [savedReply()], hadEnded: true, stream: stream() })).toThrow(
    CouldNotRun,
  );
});

test("row order: each message, then its reply", () => {
  const [one, two] = [row({ content: "One" }), row({ content: "Two" })];
  const asked = ["One", "Two"];
  expect(judge(rowOrder, { asked, rows: [one, savedReply(), two, savedReply()] }).verdict).toBe("holds");
  expect(judge(rowOrder, { asked, rows: [one, two, savedReply(), savedReply()] })).toMatchObject({
    verdict: "broken",
    expected: "One | (reply) | Two | (reply)",
    found: "One | Two | (reply) | (reply)",
  });
  expect(judge(rowOrder, { asked, rows: [two, savedReply(), one, savedReply()] }).verdict).toBe("broken");
  expect(judge(rowOrder, { asked, rows: [one, savedReply(), two] }).verdict).toBe("broken");
  expect(judge(rowOrder, { asked, rows: [savedReply(), two, savedReply(), one] })).toMatchObject({
    found: "(reply) | Two | (reply) | One; newest first, which contract.wire.rows.newest_first would say",
  });
  expect(() => judge(rowOrder, { asked: [], rows: [] })).toThrow(CouldNotRun);
});

test("concurrent: in each conversation its message and its reply", () => {
  const each = { sessionId: "80", asked: "Hello", stream: stream(), rows: [row(), savedReply()] };
  expect(judge(concurrent, [each, each]).verdict).toBe("holds");
  for (const rows of [
    [savedReply()],
    [row()],
    [row({ content: "Bye" }), savedReply()],
    [...each.rows, row()],
  ]) {
    expect(judge(concurrent, [each, { ...each, rows }]).verdict).toBe("broken");
  }
  const swapped = { ...each, rows: [row(), savedReply({ content: "Bye" })] };
  expect(judge(concurrent, [swapped])).toMatchObject({
    found: "user complete, assistant complete; the reply is another one",
  });
  expect(() => judge(concurrent, [])).toThrow(CouldNotRun);
});

test("concurrent: of a reply that was given up in silence, nothing is said on wires of others: it may wait in a queue", () => {
  const queued = { sessionId: "80", asked: "Hello", stream: stream([], { end: "given-up" }), rows: [] };
  expect(() => judge(concurrent, [{ ...queued, isForeign: true }])).toThrow(NotObservable);
  expect(judge(concurrent, [queued]).verdict).toBe("broken");
  // What was begun, and refused or cut, is looked for.
  const begun = stream(whole().slice(0, 4), { end: "given-up" });
  expect(judge(concurrent, [{ ...queued, isForeign: true, stream: begun }]).verdict).toBe("broken");
  expect(judge(concurrent, [{ ...queued, isForeign: true, stream: stream([]) }]).verdict).toBe("broken");
});

test("concurrent: text that is short, and rows that are shown newest first, are other claims'", () => {
  const each = { sessionId: "80", asked: "Hello", stream: stream(whole("Hi all")) };
  const rows = [savedReply({ content: "Hi al" }), row()];
  expect(judge(concurrent, [{ ...each, rows }])).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("which persistence/complete judges"),
  });
});

test("next turn: a prompt without an empty reply, and a whole answer", () => {
  const said = (content: string) => [
    { role: "user" as const, content: "Hello" },
    { role: "assistant" as const, content },
    { role: "user" as const, content: "And?" },
  ];
  const generations = [generation("", said("Hi"))];
  const evidence = { failed, asked: [generation("", [])], next: stream(), generations };
  expect(judge(nextTurn, evidence).verdict).toBe("holds");
  expect(judge(nextTurn, { ...evidence, generations: [generation("", said(" "))] }).verdict).toBe("broken");
  expect(judge(nextTurn, { ...evidence, next: failed, generations: [] }).verdict).toBe("broken");
  expect(() => judge(nextTurn, { ...evidence, generations: [] })).toThrow(NotObservable);
  expect(() => judge(nextTurn, { ...evidence, asked: [] })).toThrow(NotObservable);
  expect(judge(nextTurn, { ...evidence, next: failed }).verdict).toBe("broken");
  expect(() => judge(nextTurn, { ...evidence, failed: stream() })).toThrow(CouldNotRun);
});
