import { expect, test } from "vitest";
import { everyReader } from "../../../src/checks/cancel/cancel-every-reader.ts";
import { gateway } from "../../../src/checks/cancel/cancel-gateway.ts";
import { idle } from "../../../src/checks/cancel/cancel-idle.ts";
import { nextMessage } from "../../../src/checks/cancel/cancel-next-message.ts";
import { onlyItsOwn } from "../../../src/checks/cancel/cancel-only-its-own.ts";
import { slots } from "../../../src/checks/cancel/cancel-slots.ts";
import { unknown } from "../../../src/checks/cancel/cancel-unknown.ts";
import { idleThenSend } from "../../../src/checks/cancel/idle-then-send.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { judge, replyRow, row } from "../model-conversation/evidence.ts";
import { done, error, executing, failing, planning, stream, whole } from "../sse/evidence.ts";
import { answer, CANCELLED, cancelledEvents, IDLE, NOT_FOUND } from "./evidence.ts";

const cancelled = stream(cancelledEvents());
const complete = stream(whole("Hi!"));
const failed = stream([planning, executing, failing, error, done("error")]);
const open = stream(whole().slice(0, 4), { end: "given-up" });

test("unknown: 404 with its code, and nothing else", () => {
  expect(judge(unknown, NOT_FOUND).verdict).toBe("holds");
  expect(judge(unknown, IDLE).verdict).toBe("broken");
  expect(judge(unknown, answer(404, "Not Found")).verdict).toBe("broken");
  expect(() => judge(unknown, null)).toThrow(CouldNotRun);
});

const idleCancels = { answers: [IDLE, IDLE], streams: [complete, complete], rows: [row(), replyRow()] };

test("idle: 200 idle, and the finished reply as it was", () => {
  expect(judge(idle, idleCancels).verdict).toBe("holds");
  expect(judge(idle, { ...idleCancels, answers: [IDLE, NOT_FOUND] }).verdict).toBe("broken");
  expect(judge(idle, { ...idleCancels, answers: [CANCELLED] }).verdict).toBe("broken");
  expect(judge(idle, { ...idleCancels, rows: [replyRow({ status: "cancelled" })] }).verdict).toBe("broken");
  expect(() => judge(idle, { ...idleCancels, rows: [] })).toThrow(CouldNotRun);
  // What was never written to its end no cancel has changed.
  const unfinished = { ...idleCancels, isForeign: true, rows: [replyRow({ status: "streaming" })] };
  expect(() => judge(idle, unfinished)).toThrow(NotObservable);
  // Of what rows do not tell, no word.
  const untold = { session_id: "80", role: "assistant", content: "Hi!", status: "cancelled" };
  expect(judge(idle, { ...idleCancels, rows: [untold] })).toMatchObject({ found: "cancelled" });
});

test("idle, then send: broken where a reply is cancelled or does not come", () => {
  expect(judge(idleThenSend, idleCancels).verdict).toBe("holds");
  expect(judge(idleThenSend, { ...idleCancels, streams: [complete, cancelled] }).verdict).toBe("broken");
  expect(judge(idleThenSend, { ...idleCancels, streams: [open] }).verdict).toBe("broken");
  expect(() => judge(idleThenSend, { ...idleCancels, streams: [failed] })).toThrow(CouldNotRun);
});

test("only its own: the one cancelled, the other whole", () => {
  const evidence = { answer: CANCELLED, cancelled, other: complete, otherRows: [row(), replyRow()] };
  expect(judge(onlyItsOwn, evidence).verdict).toBe("holds");
  expect(judge(onlyItsOwn, { ...evidence, cancelled: open, other: cancelled }).verdict).toBe("broken");
  expect(judge(onlyItsOwn, { ...evidence, other: cancelled }).verdict).toBe("broken");
  expect(judge(onlyItsOwn, { ...evidence, answer: NOT_FOUND, cancelled: complete }).verdict).toBe("broken");
  expect(judge(onlyItsOwn, { ...evidence, otherRows: [] }).verdict).toBe("broken");
  expect(() => judge(onlyItsOwn, { ...evidence, answer: IDLE })).toThrow(CouldNotRun);
});

test("every reader: both streams end with the cancel", () => {
  expect(judge(everyReader, { answer: CANCELLED, streams: [cancelled, cancelled] }).verdict).toBe("holds");
  expect(judge(everyReader, { answer: CANCELLED, streams: [cancelled, open] }).verdict).toBe("broken");
  expect(() => judge(everyReader, { answer: IDLE, streams: [complete, complete] })).toThrow(CouldNotRun);
});

test("next message: taken at once, its reply whole in stream and row", () => {
  const sent = { isTaken: true, call: answer(200, {}) };
  const refused = { isTaken: false, call: answer(409, {}) };
  const evidence = { cancel: CANCELLED, sent, stream: complete, rows: [row(), replyRow()] };
  expect(judge(nextMessage, evidence).verdict).toBe("holds");
  expect(judge(nextMessage, { ...evidence, sent: refused, stream: null }).verdict).toBe("broken");
  expect(judge(nextMessage, { ...evidence, stream: failed }).verdict).toBe("broken");
  expect(judge(nextMessage, { ...evidence, rows: [replyRow({ content: "Hi" })] }).verdict).toBe("broken");
  // Shown newest first, the last reply is the one that was cancelled.
  const turned = [replyRow(), row(), replyRow({ content: "1", status: "cancelled" }), row()];
  expect(judge(nextMessage, { ...evidence, rows: turned }).verdict).toBe("holds");
  expect(() => judge(nextMessage, { ...evidence, cancel: NOT_FOUND })).toThrow(CouldNotRun);
});

test("slots: every message after the cancels is answered whole", () => {
  const cancels = Array.from({ length: 24 }, () => CANCELLED);
  expect(judge(slots, { cancels, streams: [complete, complete] }).verdict).toBe("holds");
  expect(judge(slots, { cancels, streams: [complete, failed] })).toMatchObject({
    expected: "2 replies written to their ends",
    found: "1; others ended with done (error): It failed.",
  });
  expect(() => judge(slots, { cancels: cancels.slice(0, 3), streams: [complete] })).toThrow(CouldNotRun);
});

test("gateway: cancelled, then idle, and 404 for the unknown", () => {
  const evidence = { running: CANCELLED, repeated: IDLE, unknown: NOT_FOUND, stream: cancelled };
  expect(judge(gateway, evidence).verdict).toBe("holds");
  expect(judge(gateway, { ...evidence, running: NOT_FOUND, stream: open }).verdict).toBe("broken");
  expect(judge(gateway, { ...evidence, repeated: NOT_FOUND }).verdict).toBe("broken");
  expect(judge(gateway, { ...evidence, unknown: IDLE }).verdict).toBe("broken");
  expect(judge(gateway, { ...evidence, stream: open }).verdict).toBe("broken");
  expect(() => judge(gateway, { ...evidence, running: IDLE })).toThrow(CouldNotRun);
});
