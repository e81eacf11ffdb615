import { expect, test } from "vitest";
import { givenSession } from "../../../src/checks/model-conversation/given-session.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { exchange, judge, replyRow, row } from "./evidence.ts";

const toOlder = { endpoint: "general-stream", message: "Hello", modelId: 184, sessionId: "80" } as const;

const given = exchange({ asked: toOlder });

const mismatched = exchange({
  asked: { ...toOlder, modelId: 185 },
  status: 409,
  refusal: { error: { code: "model_mismatch", message: "No." } },
  newRows: [],
});

test("holds where the given one is used, and another profile's is refused", () => {
  expect(judge(givenSession, { given: [given], mismatched: [mismatched] })).toEqual({
    verdict: "holds",
    seen: given.seen,
  });
});

test.each([
  [
    "the newest conversation of the profile is used",
    [row({ session_id: "82" }), replyRow({ session_id: "82" })],
    "rows in conversation 82",
  ],
  ["the exchange is torn apart", [row(), replyRow({ session_id: "82" })], "rows in conversation 80 and 82"],
  ["nothing is saved", [], "nothing there"],
])("broken where %s", (_, newRows, found) => {
  const astray = exchange({ asked: toOlder, newRows });
  expect(judge(givenSession, { given: [given, astray], mismatched: [mismatched] })).toMatchObject({
    verdict: "broken",
    expected: "the exchange in conversation 80",
    found,
  });
});

test.each([
  [
    "is accepted",
    { status: 200, refusal: undefined, newRows: [row()] },
    "200 without an error code, rows written: 1",
  ],
  ["is refused, and written all the same", { newRows: [row()] }, "409 model_mismatch, rows written: 1"],
  [
    "is refused for another reason",
    { refusal: { error: { code: "agent_mismatch", message: "No." } } },
    "409 agent_mismatch, rows written: 0",
  ],
])("broken where a mismatch %s", (_, changes, found) => {
  const evidence = { given: [given], mismatched: [mismatched, { ...mismatched, ...changes }] };
  expect(judge(givenSession, evidence)).toMatchObject({
    verdict: "broken",
    expected: "409 model_mismatch, and no row written",
    found,
  });
});

test.each([
  ["given", { given: [], mismatched: [mismatched] }],
  ["mismatched", { given: [given], mismatched: [] }],
])("no verdict where none was %s", (_, evidence) => {
  expect(() => judge(givenSession, evidence)).toThrow(CouldNotRun);
});
