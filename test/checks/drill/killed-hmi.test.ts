import { describe, expect, test } from "vitest";
import { onceAfterHmiKill } from "../../../src/checks/drill/hmi-once.ts";
import { savedBeforeHmiKill } from "../../../src/checks/drill/hmi-saved.ts";
import { settledAfterHmiKill } from "../../../src/checks/drill/hmi-settled.ts";
import { shownAfterHmiKill } from "../../../src/checks/drill/hmi-shown.ts";
import { servicesBack } from "../../../src/checks/drill/services-back.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { judge, row } from "../model-conversation/evidence.ts";
import { savedReply, stream } from "../sse/evidence.ts";
import { eventsOf, HALF, killed, killedHmi, rowsWith, SCRIPT, up } from "./evidence.ts";

describe("what is saved", () => {
  test.each([
    ["a reply that went on to its end", rowsWith(SCRIPT, "complete")],
    ["one that is interrupted, with a little less than was shown", rowsWith("1 2", "interrupted")],
    ["one that is interrupted, with a little more", rowsWith("1 2 3 4", "interrupted")],
  ])("holds: %s", (_, rows) => {
    expect(judge(savedBeforeHmiKill, killedHmi({ rows }))).toMatchObject({ verdict: "holds" });
  });

  test.each([
    ["nothing of it", rowsWith("", "interrupted"), "a row interrupted with 0 characters"],
    ["no row", [row()], "no row of a reply"],
    ["a half that is complete", rowsWith(HALF, "complete"), "a row complete with 5 characters, of 11"],
    [
      "what the engine did not say",
      rowsWith(`${HALF} [interrupted]`, "interrupted"),
      '"[interrupted]" after 6',
    ],
  ])("broken: %s", (_, rows, found) => {
    expect(judge(savedBeforeHmiKill, killedHmi({ rows }))).toMatchObject({
      verdict: "broken",
      found: expect.stringContaining(found),
    });
  });

  test("of an engine that says what it likes, another text than was shown is broken", () => {
    const other = killedHmi({ script: null, rows: rowsWith("1 2 4", "interrupted") });
    expect(judge(savedBeforeHmiKill, other)).toMatchObject({ verdict: "broken" });
  });
});

test("a row that stays streaming is broken, and what is shown of it is not judged", () => {
  const left = killedHmi({ rows: rowsWith(HALF, "streaming") });
  expect(judge(settledAfterHmiKill, killedHmi())).toMatchObject({ verdict: "holds" });
  expect(judge(settledAfterHmiKill, left)).toMatchObject({
    verdict: "broken",
    found: "a row streaming with 5 characters",
  });
  expect(() => judge(shownAfterHmiKill, left)).toThrow(NotObservable);
});

test.each([
  ["two replies", [...rowsWith(HALF, "interrupted"), savedReply({ message_id: "3" })]],
  ["the message twice", [row(), ...rowsWith(HALF, "interrupted")]],
  ["no reply", [row()]],
  ["nothing at all", []],
  ["another message", [row({ content: "Hello?" }), savedReply()]],
])("%s: broken, also where only a page that is loaded again shows it", (_, rows) => {
  expect(judge(onceAfterHmiKill, killedHmi())).toMatchObject({ verdict: "holds" });
  expect(judge(onceAfterHmiKill, killedHmi({ rows }))).toMatchObject({ verdict: "broken", rows });
  expect(judge(onceAfterHmiKill, killedHmi({ history: rows }))).toMatchObject({ verdict: "broken", rows });
});

test.each([
  ["the stream has another text", { replay: stream(eventsOf(HALF)) }],
  ["the list has another text", { history: rowsWith(HALF, "complete") }],
  ["the list has another status", { history: rowsWith(SCRIPT, "interrupted") }],
])("what is shown again: broken where %s", (_, changes) => {
  expect(judge(shownAfterHmiKill, killedHmi())).toMatchObject({ verdict: "holds" });
  expect(judge(shownAfterHmiKill, killedHmi(changes))).toMatchObject({ verdict: "broken" });
});

test("an HMI that is not up again lets nothing be said of what it saved", () => {
  const gone = killedHmi({ back_after_ms: null, rows: null, history: null, replay: null, next: null });
  for (const check of [savedBeforeHmiKill, settledAfterHmiKill, onceAfterHmiKill, shownAfterHmiKill]) {
    expect(() => judge(check, gone)).toThrow(CouldNotRun);
  }
});

test("where rows do not tell whether a reply is being written, that is not judged", () => {
  const { status: _, ...reply } = savedReply({ content: SCRIPT });
  const untold = killedHmi({ rows: [row(), reply], history: [row(), reply] });
  expect(() => judge(settledAfterHmiKill, untold)).toThrow(NotObservable);
  for (const check of [savedBeforeHmiKill, onceAfterHmiKill, shownAfterHmiKill]) {
    expect(judge(check, untold)).toMatchObject({ verdict: "holds" });
  }
});

describe("the services after it", () => {
  test("holds where each is up, and the one that was killed has one restart more", () => {
    expect(judge(servicesBack, [killed(), killedHmi()])).toEqual({
      verdict: "holds",
      seen: "the gateway was killed: up again after 1.2 s; the HMI was killed: up again after 1.2 s",
    });
  });

  test.each([
    [
      "it was given up",
      [up("engine"), { name: "gateway", state: "down", restarts: 1, problem: "it was given up" }, up("hmi")],
      "gateway is down after the gateway was killed: it was given up",
    ],
    ["nobody counted it", [up("engine"), up("gateway"), up("hmi")], "gateway was started again 0 times"],
    [
      "it took another with it",
      [up("engine"), up("gateway", 1), up("hmi", 1)],
      "hmi was started again 1 times",
    ],
    ["another one is gone", [up("engine"), up("gateway", 1)], "hmi is gone"],
  ])("broken: %s", (_, after, found) => {
    expect(judge(servicesBack, [killed({ after: after as never })])).toMatchObject({
      verdict: "broken",
      found: expect.stringContaining(found),
    });
  });

  test("what was down before is no fault of the kill", () => {
    const down = { name: "jobs", state: "down", restarts: 0, problem: null } as const;
    const { before, after } = killed();
    const reply = killed({ before: [...before, down], after: [...after, down] });
    expect(judge(servicesBack, [reply])).toMatchObject({ verdict: "holds" });
  });

  test("nothing is said where nothing was killed", () => {
    expect(() => judge(servicesBack, [])).toThrow(CouldNotRun);
  });
});
