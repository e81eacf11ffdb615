import { expect, test } from "vitest";
import { ending } from "../../../src/checks/cancel/cancel-ending.ts";
import { saved } from "../../../src/checks/cancel/cancel-saved.ts";
import { judge, replyRow, row } from "../model-conversation/evidence.ts";
import { stream, token, usage, whole } from "../sse/evidence.ts";
import { cancelledEvents, cancelledReply } from "./evidence.ts";

test("ending: holds with and without a token before it", () => {
  expect(judge(ending, cancelledReply()).verdict).toBe("holds");
  expect(judge(ending, cancelledReply({ stream: stream(cancelledEvents("")) })).verdict).toBe("holds");
});

test.each([
  [
    "usage is missing",
    cancelledEvents().filter(({ type }) => type !== "usage"),
    /^cancelled, done \(cancelled\)/,
  ],
  ["usage comes twice", cancelledEvents().toSpliced(-1, 0, usage), /usage, usage/],
  [
    "usage comes last",
    [...cancelledEvents().filter(({ type }) => type !== "usage"), usage],
    /done \(cancelled\), usage/,
  ],
  ["it ends like a whole reply", whole(), /^complete, usage, done \(stop\)/],
  ["nothing comes", cancelledEvents().slice(0, 4), /^nothing/],
  ["text comes after it", [...cancelledEvents(), token("a")], /^nothing/],
])("ending: broken where %s", (_, events, found) => {
  expect(judge(ending, cancelledReply({ stream: stream(events) }))).toMatchObject({
    verdict: "broken",
    found: expect.stringMatching(found),
  });
});

const cancelled = { content: "Hi", status: "cancelled", finish_reason: "cancelled" } as const;

test("saved: holds where the message and the partial reply are there", () => {
  expect(judge(saved, cancelledReply()).verdict).toBe("holds");
});

test.each([
  ["the message is lost", [replyRow(cancelled)], "messages of the user: 0"],
  ["the message is there twice", [row(), row(), replyRow(cancelled)], "messages of the user: 2"],
  ["the reply is lost", [row()], "none"],
  [
    "the whole reply is there too",
    [row(), replyRow(cancelled), replyRow()],
    "2: cancelled (cancelled) with 2 characters; complete (stop) with 3 characters",
  ],
  [
    "the text is lost",
    [row(), replyRow({ ...cancelled, content: "" })],
    "a row cancelled (cancelled) with 0 characters",
  ],
  [
    "more is saved",
    [row(), replyRow({ ...cancelled, content: "Hi!" })],
    "a row cancelled (cancelled) with 3 characters",
  ],
  [
    "other text is saved",
    [row(), replyRow({ ...cancelled, content: "Ho" })],
    "a row cancelled (cancelled) with 2 characters that differ",
  ],
  ["it is called complete", [row(), replyRow({ content: "Hi" })], "a row complete (stop) with 2 characters"],
  [
    "it still streams",
    [row(), replyRow({ ...cancelled, status: "streaming" })],
    "a row streaming (cancelled) with 2 characters",
  ],
])("saved: broken where %s", (_, rows, found) => {
  expect(judge(saved, cancelledReply({ rows }))).toMatchObject({
    verdict: "broken",
    found: expect.stringContaining(found),
  });
});
