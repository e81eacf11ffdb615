import { describe, expect, test } from "vitest";
import { nextAfterGatewayKill } from "../../../src/checks/drill/next-after-kill.ts";
import { savedAfterGatewayKill } from "../../../src/checks/drill/saved-after-kill.ts";
import { toldOfGatewayKill } from "../../../src/checks/drill/told-of-kill.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { judge, row } from "../model-conversation/evidence.ts";
import { done, savedReply, stream } from "../sse/evidence.ts";
import { eventsOf, failed, HALF, killed, rowsWith, SCRIPT } from "./evidence.ts";

const CANNED = `${HALF}\n\nI am sorry.`;

describe("what the reader is told", () => {
  test.each([
    ["done (error)", stream(eventsOf(HALF, ...failed))],
    ["a connection that is cut", stream(eventsOf(HALF), { end: "cut" })],
    ["a stream that is closed without an end", stream(eventsOf(HALF))],
    ["a reply that somebody went on with, to its whole text", stream(eventsOf(SCRIPT, done()))],
  ])("holds: %s", (_, seen) => {
    expect(judge(toldOfGatewayKill, killed({ stream: seen }))).toMatchObject({ verdict: "holds" });
  });

  test.each([
    ["a half that ends as a whole", stream(eventsOf(HALF, done())), "done (stop), as if it were whole"],
    ["a canned answer", stream(eventsOf(CANNED, done())), '"\\n\\nI am sorry." after 5 characters'],
    ["a canned answer before the error", stream(eventsOf(CANNED, ...failed)), "which the engine did not say"],
    ["nothing any more", stream(eventsOf(HALF), { end: "given-up" }), "neither an end nor any more text"],
  ])("broken: %s", (_, seen, found) => {
    expect(judge(toldOfGatewayKill, killed({ stream: seen }))).toMatchObject({
      verdict: "broken",
      found: expect.stringContaining(found),
    });
  });

  test("nothing is said of a reply that had ended before", () => {
    const whole = killed({ stream: stream(eventsOf(SCRIPT, done())), ended_before: true });
    expect(() => judge(toldOfGatewayKill, whole)).toThrow(CouldNotRun);
  });

  test("a half that ends faster than the gateway is proved to be dead is no such reply", () => {
    const early = killed({ stream: stream(eventsOf(HALF, done())), ended_before: true });
    expect(judge(toldOfGatewayKill, early)).toMatchObject({ verdict: "broken" });
  });

  test("where nobody knows the whole text, a reply that went on is not judged, and one that did not is broken", () => {
    const unknown = { script: null, stream: stream(eventsOf(HALF, done())) };
    expect(() => judge(toldOfGatewayKill, killed({ ...unknown, went_on: true }))).toThrow(NotObservable);
    expect(judge(toldOfGatewayKill, killed(unknown))).toMatchObject({ verdict: "broken" });
  });
});

describe("what is saved", () => {
  test.each(["error", "interrupted"] as const)("holds: a row %s with what was shown", (status) => {
    expect(judge(savedAfterGatewayKill, killed({ rows: rowsWith(HALF, status) }))).toMatchObject({
      verdict: "holds",
      seen: `the gateway was killed in mid-reply: 5 characters came, and the stream ended with done (error); it was up again after 1.2 s; a row ${status} with 5 characters`,
    });
  });

  test.each([
    ["no row", [row()], "no row of a reply"],
    ["a row that is streaming", rowsWith(HALF, "streaming"), "a row streaming with 5 characters"],
    ["a half that is complete", rowsWith(HALF, "complete"), "a row complete with 5 characters"],
    ["less than was shown", rowsWith("1 2", "error"), "a row error with 3 characters"],
    ["more than the engine said", rowsWith(CANNED, "error"), "which the engine did not say"],
    [
      "another text",
      [row(), savedReply({ content: "abc", status: "error" })],
      "which the engine did not say",
    ],
  ])("broken: %s", (_, rows, found) => {
    expect(judge(savedAfterGatewayKill, killed({ rows }))).toMatchObject({
      verdict: "broken",
      found: expect.stringContaining(found),
      rows,
    });
  });

  test("where nobody knows the whole text, complete is broken unless the reply went on", () => {
    const unknown = { script: null, rows: rowsWith(HALF, "complete") };
    expect(judge(savedAfterGatewayKill, killed(unknown))).toMatchObject({ verdict: "broken" });
    expect(() => judge(savedAfterGatewayKill, killed({ ...unknown, went_on: true }))).toThrow(NotObservable);
  });
});

describe("the next message", () => {
  test("holds where it is answered", () => {
    expect(judge(nextAfterGatewayKill, killed())).toMatchObject({ verdict: "holds" });
  });

  test("broken where it is refused, with the refusal's own words", () => {
    const { next } = killed();
    if (next === null) throw new Error("no next message");
    const call = { ...next.call, status: 409, body: { error: { code: "generation_in_progress" } } };
    expect(judge(nextAfterGatewayKill, killed({ next: { ...next, call, stream: null } }))).toMatchObject({
      verdict: "broken",
      found: 'POST /api/chat/message answered 409: {"code":"generation_in_progress"}',
    });
  });

  test("broken where its reply fails", () => {
    const { next } = killed();
    if (next === null) throw new Error("no next message");
    const failing = { ...next, stream: stream(eventsOf("", ...failed)), rows: rowsWith("", "error") };
    expect(judge(nextAfterGatewayKill, killed({ next: failing }))).toMatchObject({
      verdict: "broken",
      found: "done (error), a row error with 0 characters",
    });
  });

  test("nothing is said where the gateway was not up again", () => {
    const gone = killed({ back_after_ms: null, next: null });
    expect(() => judge(nextAfterGatewayKill, gone)).toThrow(CouldNotRun);
  });
});
