import { describe, expect, test } from "vitest";
import { reply } from "../../../src/checks/model-conversation/model-conversation-reply.ts";
import { userMessage } from "../../../src/checks/model-conversation/user-message.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { exchange, generalExchange, judge, replyRow, row } from "./evidence.ts";

test("a reply whose row was begun in its conversation, and whose text is in another, is in that", () => {
  const begun = replyRow({ content: "", status: "streaming" });
  const astray = replyRow({ session_id: "81" });
  const seen = { ...exchange({ newRows: [row(), begun, astray] }), isForeign: true };
  expect(judge(reply, [seen])).toMatchObject({
    verdict: "broken",
    expected: "conversation 80",
    found: expect.stringMatching(/^conversation 81/),
    cause: { fault: "replies are saved to another conversation than that of their message" },
  });
  expect(judge(reply, [{ ...seen, newRows: [row(), replyRow()] }]).verdict).toBe("holds");
});

// Both claims have one judge: the row of a role is where its exchange was.
describe.each([
  { check: userMessage, own: row(), other: replyRow() },
  { check: reply, own: replyRow(), other: row() },
])("$check.id", ({ check, own, other }) => {
  test("holds where each row is in its conversation", () => {
    const good = [exchange(), generalExchange()];
    expect(judge(check, good)).toEqual({ verdict: "holds", seen: good.map(({ seen }) => seen).join("; ") });
  });

  test("holds whatever became of the other row", () => {
    const astray = { ...other, session_id: "81", model_id: null };
    expect(judge(check, [exchange({ newRows: [own, astray] })])).toMatchObject({ verdict: "holds" });
  });

  test.each([
    [
      "is in the general conversation",
      { session_id: "81", model_id: null },
      "conversation 81, model_id null",
    ],
    ["is in another profile's", { session_id: "90", model_id: 185 }, "conversation 90, model_id 185"],
    ["has no model_id", { model_id: null }, "conversation 80, model_id null"],
    ["is a summary, not a message", { message_type: "summary" as const }, "no such row in any conversation"],
  ])("broken where the row %s", (_, changes, found) => {
    expect(judge(check, [exchange({ newRows: [other, { ...own, ...changes }] })])).toMatchObject({
      verdict: "broken",
      expected: "conversation 80, model_id 184",
      found,
      rows: [{ message_id: other.message_id }, { message_id: own.message_id }],
    });
  });

  test("broken where there is no row, also if no conversation is known", () => {
    const found = "no such row in any conversation";
    expect(judge(check, [exchange({ newRows: [other] })])).toMatchObject({ verdict: "broken", found });
    const refused = exchange({ status: 404, newRows: [], sessionId: null });
    expect(judge(check, [refused])).toMatchObject({ verdict: "broken", found });
  });

  test("in any conversation it is not only where all were looked into", () => {
    const found = (othersSought: number) =>
      judge(check, [exchange({ isForeign: true, othersSought, newRows: [other] })]);
    expect(found(16)).toMatchObject({
      found: "no such row in it, nor in the newest others that are listed (looked into: 16)",
    });
    expect(found(0)).toMatchObject({
      found: "no such row in it; no other conversation is listed in which it could be",
    });
  });

  test("no verdict without exchanges", () => {
    expect(() => judge(check, [])).toThrow(CouldNotRun);
  });
});
