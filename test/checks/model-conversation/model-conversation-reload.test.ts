import { expect, test } from "vitest";
import { reload } from "../../../src/checks/model-conversation/model-conversation-reload.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { exchange, judge, replyRow, row } from "./evidence.ts";

const reloaded = (...rows: ReturnType<typeof row>[]) => ({ exchange: exchange(), rows });

test("holds where the message is followed by its reply as it was streamed", () => {
  expect(judge(reload, [reloaded(row({ content: "before" }), row(), replyRow())])).toEqual({
    verdict: "holds",
    seen: "exchanges read again, each as it was streamed: 1",
  });
});

test("broken where the reply is there twice, unless it may be another's", () => {
  const one = { exchange: { ...exchange(), isForeign: true }, rows: [row(), replyRow(), replyRow()] };
  const other = { exchange: { ...exchange(), isForeign: true, streamedText: "Ho!" }, rows: [] };
  const rows = [row(), replyRow({ content: "Ho!" })];
  expect(judge(reload, [one, { ...other, rows }])).toMatchObject({
    found: "the reply, and then the same reply again",
    cause: { fault: "replies that were streamed are in their conversation more than once" },
  });
  expect(judge(reload, [one, { ...one, rows: [row(), replyRow()] }]).verdict).toBe("holds");
});

test.each([
  ["the message is missing", [replyRow()], "the user's message is missing"],
  ["nothing is there", [], "the user's message is missing"],
  ["the reply is missing", [row()], "nothing follows the user's message"],
  ["the order is turned", [replyRow(), row()], "the reply before its message"],
  ["the same message follows", [row(), row(), replyRow()], "the message, and then the same message again"],
  [
    "another message follows",
    [row(), row({ content: "And then?" }), replyRow()],
    "the next message follows the user's message, and no reply",
  ],
  [
    "the reply is blank",
    [row(), replyRow({ content: "" })],
    "then a row of role assistant, complete, 0 characters",
  ],
  ["it is cut", [row(), replyRow({ content: "Hi" })], "then a row of role assistant, complete, 2 characters"],
  [
    "it still streams",
    [row(), replyRow({ status: "streaming" })],
    "then a row of role assistant, streaming, 3 characters",
  ],
])("broken where %s", (_, rows, found) => {
  expect(judge(reload, [reloaded(row(), replyRow()), reloaded(...rows)])).toMatchObject({
    verdict: "broken",
    expected: "in conversation 80: the message, then the reply as streamed (3 characters)",
    found,
  });
});

test("a reply that talked on and was cancelled is whole as it was cancelled", () => {
  const rows = [row(), replyRow({ status: "cancelled" })];
  expect(judge(reload, [{ exchange: exchange({ isCut: true }), rows }])).toMatchObject({ verdict: "holds" });
  expect(judge(reload, [{ exchange: exchange(), rows }])).toMatchObject({ verdict: "broken" });
});

test("broken where a blank reply was streamed and saved", () => {
  const blank = { exchange: exchange({ streamedText: "" }), rows: [row(), replyRow({ content: "" })] };
  expect(judge(reload, [blank])).toMatchObject({ verdict: "broken" });
});

test("no verdict without exchanges", () => {
  expect(() => judge(reload, [])).toThrow(CouldNotRun);
});
