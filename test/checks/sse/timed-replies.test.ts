import { expect, test } from "vitest";
import type { SeenReply } from "../../../src/checks/seen-reply.ts";
import { firstByte } from "../../../src/checks/sse/first-byte.ts";
import { heartbeat } from "../../../src/checks/sse/sse-heartbeat.ts";
import { pace } from "../../../src/checks/sse/sse-pace.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { judge } from "../model-conversation/evidence.ts";
import { asked, complete, done, executing, planning, reply, stream, token, usage } from "./evidence.ts";

/** Silent for 450 ms before the second token, with comments at these times. */
function paused(comments_ms: readonly number[], between = false): SeenReply {
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
  return reply({ stream: stream(events, { at, comments_ms }) });
}

/** Silent for 450 ms before the first token. */
function loaded(planning_ms: number, comments_ms: readonly number[] = [150, 300]): SeenReply {
  const at = [planning_ms, planning_ms, 450, 451, 452, 453];
  return reply({
    stream: stream([planning, executing, token("a"), complete, usage, done()], { at, comments_ms }),
  });
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
  const good = { loading: [loaded(2)], pausing: [paused([160, 310])], paced: [spoken(EVENLY)] };
  return { ...good, silenceMs: 450, heartbeatMs: 150, heldUpMs: 0, limitMs: 150, ...changes };
}

test.each([firstByte, heartbeat, pace])("$id holds where all is in time", (check) => {
  expect(judge(check, timed({}))).toMatchObject({ verdict: "holds" });
});

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
  expect(() => judge(heartbeat, timed({ pausing: [spoken(EVENLY)] }))).toThrow(CouldNotRun);
});

test("first-byte: broken where the first event waits for the engine", () => {
  expect(judge(firstByte, timed({ loading: [loaded(449)] }))).toMatchObject({
    found: "the first event after 449 ms",
  });
});

test("first-byte: no verdict where the engine did not take its time", () => {
  expect(() => judge(firstByte, timed({ loading: [spoken(EVENLY)] }))).toThrow(CouldNotRun);
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

test("pace: a process that was held up for half of a reply has merged its tokens itself, however long a heartbeat is", () => {
  const merged = timed({ paced: [spoken(EVENLY.map(() => 310))], limitMs: 15_000, heldUpMs: 200 });
  expect(() => judge(pace, merged)).toThrow(CouldNotRun);
  expect(judge(pace, { ...merged, heldUpMs: 100 })).toMatchObject({ verdict: "broken" });
});

test("pace: no verdict without the engine's own pace", () => {
  expect(() => judge(pace, timed({ paced: [reply({ generations: null })] }))).toThrow(CouldNotRun);
});
