import { expect, test } from "vitest";
import type { SeenReply } from "../../../src/checks/seen-reply.ts";
import { firstByte } from "../../../src/checks/sse/first-byte.ts";
import type { SilentReply } from "../../../src/checks/sse/silent-replies.ts";
import { heartbeat } from "../../../src/checks/sse/sse-heartbeat.ts";
import { pace } from "../../../src/checks/sse/sse-pace.ts";
import type { StreamEvent } from "../../../src/contract/event-schemas.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { judge } from "../model-conversation/evidence.ts";
import { asked, complete, done, executing, planning, reply, stream, token, usage } from "./evidence.ts";

/** Silent for 450 ms before the second token, with comments at these times. */
function paused(comments_ms: readonly number[], between = false): SilentReply {
  const events = [
    planning,
    executing,
    token("a"),
    ...(between ? [executing] : []),
    token("b"),
    complete,
    usage,
    done(),
  ];
  const at = [1, 2, 10, ...(between ? [200] : []), 460, 461, 462, 463];
  return { ...reply({ stream: stream(events, { at, comments_ms }) }), stopped_ms: null };
}

/** Silent for 450 ms before the first token. */
function loaded(planning_ms: number, comments_ms: readonly number[] = [150, 300]): SilentReply {
  const at = [planning_ms, planning_ms, 450, 451, 452, 453];
  const events = [planning, executing, token("a"), complete, usage, done()];
  return { ...reply({ stream: stream(events, { at, comments_ms }) }), stopped_ms: null };
}

const cancelled: StreamEvent = { type: "status_update", status: "cancelled" };

/** Stopped after 16 s of silence that would have been 18, before its first token or after it. */
function stopped(opening: readonly StreamEvent[], comments_ms: readonly number[]): SilentReply {
  const events = [planning, ...opening, cancelled, usage, done("cancelled")];
  const at = [2, ...opening.map((_, index) => 10 + index), 15_605, 15_605, 15_606];
  return { ...reply({ stream: stream(events, { at, comments_ms }) }), stopped_ms: 15_600 };
}

/** Silences of 18 s on a stack whose heartbeat comes after 15. */
function long(changes: object) {
  const good = { loading: [stopped([], [15_010])], pausing: [stopped([token("a")], [15_020])] };
  return timed({ ...good, silenceMs: 18_000, heartbeatMs: 15_000, limitMs: 15_000, ...changes });
}

function spoken(at: readonly number[]): SeenReply {
  const times = [1, 2, ...at, 400, 400, 400];
  const events = [planning, executing, ...at.map(() => token("a")), complete, usage, done()];
  const asOf = (ms: number): string => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();
  const generations = [asked({ tokens_sent: at.length, first_token_at: asOf(0), ended_at: asOf(300) })];
  return reply({ stream: stream(events, { at: times }), generations });
}

const EVENLY = Array.from({ length: 16 }, (_, n) => 10 + 20 * n);

function timed(changes: object) {
  const good = {
    loading: [loaded(2)],
    pausing: [paused([160, 310])],
    paced: [spoken(EVENLY)],
    isDirected: true,
  };
  return { ...good, silenceMs: 450, heartbeatMs: 150, heldUpMs: 0, limitMs: 150, ...changes };
}

test.each([firstByte, heartbeat, pace])("$id holds where all is in time", (check) => {
  expect(judge(check, timed({}))).toMatchObject({ verdict: "holds" });
});

test.each([firstByte, heartbeat])("$id holds where the silence was stopped after its heartbeat", (check) => {
  expect(judge(check, long({}))).toMatchObject({ verdict: "holds" });
});

test.each([
  ["no comment is the heartbeat", stopped([token("a")], [30]), "no comment in time"],
  ["an event comes beside the comment", withEventAt(15_020), "executing in the silence"],
])("heartbeat: broken in a silence that was stopped where %s", (_, reply, found) => {
  expect(judge(heartbeat, long({ pausing: [reply] }))).toMatchObject({ verdict: "broken", found });
});

test("first-byte: broken where the first event came with the heartbeat", () => {
  const late = stopped([], [15_010]);
  const events = late.stream.events.map((event) => ({ ...event, at_ms: Math.max(15_010, event.at_ms) }));
  const loading = [{ ...late, stream: { ...late.stream, events } }];
  expect(judge(firstByte, long({ loading }))).toMatchObject({ found: "the first event after 15010 ms" });
});

/** Stopped, with an event in its silence. */
function withEventAt(at_ms: number): SilentReply {
  const events = [planning, token("a"), executing, cancelled, usage, done("cancelled")];
  const seen = stream(events, { at: [2, 10, at_ms, 15_605, 15_605, 15_606], comments_ms: [15_020] });
  return { ...reply({ stream: seen }), stopped_ms: 15_600 };
}

test.each([
  ["there is no comment", [], false, "no comment in time"],
  ["comments come before the silence and after it", [5, 462], false, "no comment in time"],
  ["a comment comes with the text only", [458], false, "no comment in time"],
  ["an event comes in the silence", [160, 310], true, "executing in the silence"],
])("heartbeat: broken where %s", (_, comments, between, found) => {
  expect(judge(heartbeat, timed({ pausing: [paused(comments, between)] }))).toMatchObject({
    verdict: "broken",
    found,
  });
});

test("heartbeat: broken where none comes while the model loads", () => {
  expect(judge(heartbeat, timed({ loading: [loaded(2, [])] }))).toMatchObject({ verdict: "broken" });
});

test("heartbeat: no verdict where the engine was not silent", () => {
  const pausing = [{ ...spoken(EVENLY), stopped_ms: null }];
  expect(() => judge(heartbeat, timed({ pausing }))).toThrow(CouldNotRun);
});

test("first-byte: broken where the first event waits for the engine", () => {
  expect(judge(firstByte, timed({ loading: [loaded(449)] }))).toMatchObject({
    found: "the first event after 449 ms",
  });
});

test("first-byte: no verdict where the engine did not take its time", () => {
  const loading = [{ ...spoken(EVENLY), stopped_ms: null }];
  expect(() => judge(firstByte, timed({ loading }))).toThrow(CouldNotRun);
});

test.each([
  ["all come at the end", EVENLY.map(() => 310), "tokens at 1 moments over 0 ms"],
  ["they come in two bursts", EVENLY.map((_, n) => (n < 8 ? 150 : 310)), "tokens at 2 moments over 160 ms"],
  [
    "they are held back for most of the time",
    EVENLY.map((_, n) => 250 + 10 * Math.min(n, 6)),
    "tokens at 7 moments over 60 ms",
  ],
])("pace: broken where %s", (_, at, found) => {
  expect(judge(pace, timed({ paced: [spoken(at)] }))).toMatchObject({ verdict: "broken", found });
});

test.each([
  [firstByte, { loading: [loaded(449)] }],
  [heartbeat, { pausing: [paused([])] }],
  [pace, { paced: [spoken(EVENLY.map(() => 310))] }],
])("$id: what came late while this process was held up says nothing", (check, late) => {
  expect(() => judge(check, timed({ ...late, heldUpMs: 220 }))).toThrow(CouldNotRun);
  expect(judge(check, timed({ heldUpMs: 220 }))).toMatchObject({ verdict: "holds" });
});

test("pace: a process that was held up for half of a reply has merged its tokens itself", () => {
  const merged = timed({ paced: [spoken(EVENLY.map(() => 310))], limitMs: 160, heldUpMs: 200 });
  expect(() => judge(pace, merged)).toThrow(CouldNotRun);
  expect(judge(pace, { ...merged, heldUpMs: 100 })).toMatchObject({ verdict: "broken" });
});

test("pace: what each hop of a busy machine may have been late says nothing", () => {
  // As it was seen of a stack without a fault.
  const at = EVENLY.map((_, n) => [200, 255, 310][Math.floor(n / 6)] ?? 310);
  const late = timed({ paced: [spoken(at)], limitMs: 160, heldUpMs: 120, usuallyLateMs: 60 });
  expect(() => judge(pace, late)).toThrow(CouldNotRun);
  expect(judge(pace, { ...late, heldUpMs: 20, usuallyLateMs: 1 })).toMatchObject({ verdict: "broken" });
  const bursts = timed({ paced: [spoken(EVENLY.map((_, n) => (n < 8 ? 150 : 310)))], limitMs: 160 });
  expect(() => judge(pace, { ...bursts, usuallyLateMs: 50 })).toThrow(CouldNotRun);
});

test("pace: no verdict without the engine's own pace", () => {
  expect(() => judge(pace, timed({ paced: [reply({ generations: null })] }))).toThrow(CouldNotRun);
});
