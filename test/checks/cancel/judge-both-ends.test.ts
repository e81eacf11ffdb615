import { expect, test } from "vitest";
import { atOnce } from "../../../src/checks/cancel/cancel-at-once.ts";
import { beforeFirstToken } from "../../../src/checks/cancel/cancel-before-first-token.ts";
import { deleted } from "../../../src/checks/cancel/cancel-deleted.ts";
import { ending } from "../../../src/checks/cancel/cancel-ending.ts";
import { midReply } from "../../../src/checks/cancel/cancel-mid-reply.ts";
import { saved } from "../../../src/checks/cancel/cancel-saved.ts";
import { silence } from "../../../src/checks/cancel/cancel-silence.ts";
import { twice } from "../../../src/checks/cancel/cancel-twice.ts";
import type { CancelledReply } from "../../../src/checks/cancel/cancelled-reply.ts";
import { judgeBothEnds } from "../../../src/checks/cancel/judge-both-ends.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { judge, replyRow, row } from "../model-conversation/evidence.ts";
import { stream, whole } from "../sse/evidence.ts";
import { aborted, answer, CANCELLED, cancelledReply, IDLE, NOT_FOUND } from "./evidence.ts";

const SILENT = "the engine works on after a cancel (while it says nothing)";

test("holds where both ends were over in time, and tells both times", () => {
  for (const check of [midReply, beforeFirstToken, silence]) {
    expect(judge(check, cancelledReply())).toEqual({
      verdict: "holds",
      seen:
        "POST /api/chat/sessions/80/cancel answered cancelled after 3 ms; " +
        "the stream ended with done (cancelled) 4 ms after the call, the engine aborted 6 ms after the call",
    });
  }
});

test.each([
  ["there is no cancel", { answers: [NOT_FOUND] }, /^404 /],
  ["the cancel is not answered", { answers: [null] }, /^no answer within 750 ms$/],
  ["it found nothing to cancel", { answers: [IDLE] }, /^200 .*idle/],
  ["it answers something else", { answers: [answer(200, "ok")] }, /^200 "ok"$/],
  ["the stream stays open", { readerMs: null }, /^open still, 750 ms after the call$/],
  ["the stream ends late", { readerMs: 251 }, /^over 251 ms after the call$/],
  ["the reply came whole", { stream: stream(whole()) }, /^it ended with done \(stop\)$/],
  [
    "the engine works on",
    { engineMs: null, generations: [aborted({ ended: "running" })] },
    /^running still, 750 ms after the call$/,
  ],
  ["the engine stops late", { engineMs: 300 }, /^aborted 300 ms after the call$/],
  ["the engine wrote it to its end", { generations: [aborted({ ended: "done" })] }, /^done 6 ms/],
])("broken where %s", (_, changes, found) => {
  expect(judge(midReply, cancelledReply(changes))).toMatchObject({
    verdict: "broken",
    found: expect.stringMatching(found),
  });
});

test("of a reply that is asked for again and again, the end is told by the next answer", () => {
  const polled = { isForeign: true, answers: [answer(204, null)], pollMs: 350 };
  expect(judge(atOnce, cancelledReply({ ...polled, readerMs: 353 })).verdict).toBe("holds");
  expect(judge(atOnce, cancelledReply({ ...polled, readerMs: 601 }))).toMatchObject({
    verdict: "broken",
    expected: "the reader's stream over within 250 ms, and 350 ms until it is asked for again",
    found: "over 601 ms after the call",
    late_ms: 1,
  });
  expect(judge(atOnce, cancelledReply({ ...polled, readerMs: null }))).toMatchObject({
    verdict: "broken",
    found: "open still, 1100 ms after the call",
  });
  // The engine is asked for nothing again.
  expect(judge(midReply, cancelledReply({ ...polled, engineMs: 300 })).verdict).toBe("broken");
});

test("no verdict where the message never reached the engine", () => {
  expect(() => judge(midReply, cancelledReply({ generations: [], engineMs: null }))).toThrow(NotObservable);
});

test("no verdict where the reply had ended by itself before the cancel was answered", () => {
  const rows = [row(), replyRow({ content: "Hi" })];
  const ended = { answers: [IDLE], stream: stream(whole()), rows, readerMs: 2 };
  for (const check of [midReply, ending, saved]) {
    expect(() => judge(check, cancelledReply(ended))).toThrow(CouldNotRun);
    expect(judge(check, cancelledReply({ ...ended, readerMs: 40 })).verdict).toBe("broken");
  }
});

test.each<[string, Partial<CancelledReply>, string | undefined]>([
  ["in mid-reply", { scene: "mid-reply" }, "the engine works on after a cancel (mid-reply)"],
  ["while it loads", { scene: "before-first-token" }, SILENT],
  ["in its silence", { scene: "silence" }, SILENT],
  ["until its first piece", { scene: "at-once", generations: [aborted()], engineMs: 600 }, SILENT],
  [
    "while it is asked twice",
    { scene: "mid-reply", askedTwice: "each message is 2 requests at the engine here" },
    "the engine is asked more than once for one message",
  ],
])("an engine that works on %s is told by its cause", (_, seen, fault) => {
  const running = { isForeign: true, engineMs: null, generations: [aborted({ ended: "running" })] };
  expect(judgeBothEnds(cancelledReply({ ...running, ...seen }))).toMatchObject({ cause: { fault } });
});

test("at once: only the reader's end is judged, because the engine may not have been asked", () => {
  expect(judge(atOnce, cancelledReply({ generations: [], engineMs: null })).verdict).toBe("holds");
  expect(judge(atOnce, cancelledReply({ readerMs: null })).verdict).toBe("broken");
});

test("twice: either of two calls may be the one that cancels", () => {
  for (const answers of [
    [CANCELLED, IDLE],
    [IDLE, CANCELLED],
    [CANCELLED, CANCELLED],
  ]) {
    expect(judge(twice, [cancelledReply({ answers })]).verdict).toBe("holds");
  }
});

test.each([
  ["the second call is refused", { answers: [CANCELLED, answer(409, {})] }],
  ["none of them cancelled", { answers: [IDLE, IDLE] }],
  ["the row says something else", { rows: [replyRow({ status: "complete" })] }],
])("twice: broken where %s", (_, changes) => {
  expect(judge(twice, [cancelledReply({ answers: [CANCELLED, IDLE], ...changes })]).verdict).toBe("broken");
});

test("deleted: the engine, the stream and the conversation are judged", () => {
  const { stream: seen, readerMs, engineMs, generations } = cancelledReply();
  const evidence = {
    refused: null,
    after: "gone",
    stream: seen,
    readerMs,
    engineMs,
    generations,
  };
  expect(judge(deleted, evidence).verdict).toBe("holds");
  expect(judge(deleted, { ...evidence, engineMs: 301 }).verdict).toBe("broken");
  expect(judge(deleted, { ...evidence, generations: [aborted({ ended: "done" })] }).verdict).toBe("broken");
  expect(judge(deleted, { ...evidence, readerMs: null }).verdict).toBe("broken");
  expect(judge(deleted, { ...evidence, after: "still there" }).verdict).toBe("broken");
  expect(() => judge(deleted, { ...evidence, generations: [] })).toThrow(NotObservable);
});

test("where the engine is not seen, what would show it here is told", () => {
  const unseen = cancelledReply({ generations: null, engineMs: null });
  expect(() => judge(midReply, unseen)).toThrow("by its own record, or by a tap (stack tap)");
  const whyUnseen = "the tap before Ollama 0.23.0 refuses its record: 401";
  expect(() => judge(midReply, { ...unseen, whyUnseen })).toThrow(
    `whether the engine stops is not seen: ${whyUnseen}`,
  );
});
