import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { GatewaySilence } from "../../../src/services/hmi/gateway-silence.ts";

const HEARTBEAT_MS = 1_000;
const ANSWER_MS = 5_000;

function habits() {
  return { heartbeatMs: HEARTBEAT_MS, answerMs: ANSWER_MS, sendsHeartbeats: false };
}

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

test("a gateway that has sent no heartbeat, and does not say that it is ours, may be silent for as long as it likes", () => {
  const silence = new GatewaySilence(habits());
  silence.watch({});
  silence.heard();
  vi.advanceTimersByTime(3_600_000);
  expect(silence.hasFallen).toBe(false);
});

test.each([
  ["has sent a heartbeat", (silence: GatewaySilence) => silence.heartbeat()],
  ["says which copy it is", (silence: GatewaySilence) => silence.watch({ "x-stack-copy": "one" })],
])("of one that %s, three that stay away are a silence; whatever comes meanwhile is none", (_, begin) => {
  const silence = new GatewaySilence(habits());
  silence.watch({});
  begin(silence);
  vi.advanceTimersByTime(2_900);
  silence.heard();
  vi.advanceTimersByTime(2_900);
  expect(silence.hasFallen).toBe(false);
  vi.advanceTimersByTime(101);
  expect(silence.hasFallen).toBe(true);
});

test("one that sends them seldom is waited for as long, also over its next connection", () => {
  const silence = new GatewaySilence(habits());
  silence.watch({});
  vi.advanceTimersByTime(10_000);
  silence.heartbeat();
  silence.heard();
  const next = silence.again();
  next.watch({ "x-stack-copy": "one" });
  vi.advanceTimersByTime(29_000);
  expect([silence, next].map(({ hasFallen }) => hasFallen)).toEqual([false, false]);
  vi.advanceTimersByTime(1_001);
  expect([silence, next].map(({ hasFallen }) => hasFallen)).toEqual([true, true]);
});

test("after the end of a stream nothing is waited for", () => {
  const silence = new GatewaySilence(habits());
  silence.watch({ "x-stack-copy": "one" });
  silence.end();
  vi.advanceTimersByTime(60_000);
  expect(silence.hasFallen).toBe(false);
});

test("one that is not known to send heartbeats may take as long as it likes to answer: it may load a model first", () => {
  const silence = new GatewaySilence(habits());
  silence.waitForAnswer();
  vi.advanceTimersByTime(3_600_000);
  expect(silence.hasFallen).toBe(false);
});

test("one that has sent heartbeats on another stream has to begin its answer in time, and then to send them", () => {
  const known = habits();
  new GatewaySilence(known).heartbeat();
  const [silent, answered] = [new GatewaySilence(known), new GatewaySilence(known)];
  for (const silence of [silent, answered]) silence.waitForAnswer();
  vi.advanceTimersByTime(ANSWER_MS - 1);
  answered.watch({});
  vi.advanceTimersByTime(1);
  expect([silent, answered].map(({ hasFallen }) => hasFallen)).toEqual([true, false]);
  vi.advanceTimersByTime(3_600_000);
  expect(answered.hasFallen).toBe(false);
});
