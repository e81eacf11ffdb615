import { expect, test } from "vitest";
import { betweenTokens } from "../../../src/checks/sla/between-tokens.ts";
import { firstToken } from "../../../src/checks/sla/first-token.ts";
import { noDrops } from "../../../src/checks/sla/no-drops.ts";
import { percentile } from "../../../src/checks/sla/percentile.ts";
import { accepted } from "../../../src/checks/sla/sla-accepted.ts";
import type { Samples, TimedSample } from "../../../src/checks/sla/timed-messages.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { judge } from "../model-conversation/evidence.ts";

const GOOD: TimedSample = {
  who: "user 1, message 1",
  status: 200,
  accepted_ms: 10,
  first_token_ms: 20,
  tokens_ms: [20, 30, 40],
  tokens: 3,
  engine: null,
  ended: "done (stop)",
  failure: null,
};

/** Twenty samples, the last of them other ones. */
function samples(others: readonly Partial<TimedSample>[] = [], changes: Partial<Samples> = {}): Samples {
  const all = Array.from({ length: 20 }, (_, index) => ({ ...GOOD, ...others[19 - index] }));
  return { atOnce: all, firstTokens: all, heldUpMs: 5, limitMs: 250, ...changes };
}

const times = (count: number, change: Partial<TimedSample>) => Array.from({ length: count }, () => change);

test.each([accepted, firstToken, betweenTokens, noDrops])("$id holds within the targets", (check) => {
  expect(judge(check, samples())).toMatchObject({ verdict: "holds" });
});

test.each([
  ["accepted", accepted, { accepted_ms: 600 }],
  ["first-token", firstToken, { first_token_ms: 1_600 }],
])("%s allows one late sample of twenty, and not two", (_, check, late) => {
  expect(judge(check, samples([late]))).toMatchObject({ verdict: "holds" });
  expect(judge(check, samples([late, late]))).toMatchObject({ verdict: "broken" });
});

test("first-token is broken where half of the replies come after a second", () => {
  expect(judge(firstToken, samples(times(11, { first_token_ms: 1_100 })))).toMatchObject({
    verdict: "broken",
    expected: "P50 under 1000 ms, P95 under 1500 ms",
    found: "P50 1100 ms, P95 1100 ms",
  });
});

test.each([
  ["tokens come slowly", { tokens_ms: [20, 80, 140] }, "P50 60 ms, P95 60 ms"],
  ["each reply comes in one piece", { tokens_ms: [20] }, "all tokens of each reply at once"],
])("between-tokens is broken where %s", (_, change, found) => {
  expect(judge(betweenTokens, samples(times(20, change)))).toMatchObject({ verdict: "broken", found });
});

test.each([
  ["engine", 1_400, 30, { first_token_ms: 1_450 }],
  ["rest", 900, 30, { first_token_ms: 1_450 }],
])(
  "a slow first token is broken only for what is not the engine's own: %s",
  (blame, first_token_ms, gap_ms, late) => {
    const slow = samples(times(20, { ...late, engine: { first_token_ms, gap_ms } }));
    if (blame === "engine") {
      expect(() => judge(firstToken, slow)).toThrow(NotObservable);
      expect(() => judge(firstToken, slow)).toThrow(
        /own share P50 1400 ms, .* what stands between P50 50 ms/,
      );
    } else {
      expect(judge(firstToken, slow)).toMatchObject({
        verdict: "broken",
        seen: expect.stringContaining("what stands between P50 550 ms"),
      });
    }
  },
);

test("a first token that is asked for again and again is late by the asking, too", () => {
  const unpushed = "a reply is asked for again and again: when its words were written is not told";
  const slow = { ...samples(times(20, { first_token_ms: 1_600 })), unpushed };
  expect(() => judge(firstToken, slow)).toThrow(unpushed);
  expect(judge(firstToken, { ...samples(times(20, {})), unpushed })).toMatchObject({ verdict: "holds" });
});

test("a slow pace is not judged where the engine writes no faster", () => {
  const slow = { tokens_ms: [20, 80, 140] };
  const engine = (gap_ms: number) => ({ ...slow, engine: { first_token_ms: 20, gap_ms } });
  expect(() => judge(betweenTokens, samples(times(20, engine(55))))).toThrow(NotObservable);
  expect(judge(betweenTokens, samples(times(20, engine(20))))).toMatchObject({ verdict: "broken" });
});

test.each([
  ["cut", { ended: "cut" }, "19; 1 dropped, of which the one to user 1, message 1 ended with cut"],
  [
    "refused",
    { status: 503, ended: "refused", failure: "503: all slots are taken" },
    "19; 1 failed, as the back end itself told: 503: all slots are taken (1)",
  ],
  [
    "told to have failed",
    { ended: "done (error)", failure: "no room" },
    "19; 1 failed, as the back end itself told: no room (1)",
  ],
])("no-drops is broken where one reply is %s", (_, change, found) => {
  expect(judge(noDrops, samples([change]))).toMatchObject({ verdict: "broken", found });
});

test.each([
  ["accepted", accepted, times(20, { accepted_ms: 600 })],
  ["first-token", firstToken, times(20, { first_token_ms: 1_600 })],
  ["between-tokens", betweenTokens, times(20, { tokens_ms: [0, 90, 180] })],
])("%s has no verdict where this process was held up", (_, check, others) => {
  expect(() => judge(check, samples(others, { heldUpMs: 400 }))).toThrow(CouldNotRun);
});

test("between-tokens is judged only for what is more than each hop being as late as this process was", () => {
  const slow = times(20, { tokens_ms: [0, 90, 180] });
  expect(() => judge(betweenTokens, samples(slow, { heldUpMs: 120, usuallyLateMs: 45 }))).toThrow(
    "this process was late itself, by 45 ms for half of the time, so it cannot tell what was: over the limit by 40 ms",
  );
  expect(judge(betweenTokens, samples(slow, { heldUpMs: 120, usuallyLateMs: 13 }))).toMatchObject({
    verdict: "broken",
  });
  // As it was seen of a stack without a fault, on a machine that fifteen processes kept busy.
  const busy = times(20, { tokens_ms: [0, 278, 556] });
  expect(() => judge(betweenTokens, samples(busy, { heldUpMs: 225, usuallyLateMs: 142 }))).toThrow(
    CouldNotRun,
  );
  expect(judge(betweenTokens, samples([], { usuallyLateMs: 400 }))).toMatchObject({ verdict: "holds" });
});

test.each([accepted, firstToken, betweenTokens, noDrops])("$id has no verdict on nothing", (check) => {
  expect(() => judge(check, samples([], { atOnce: [], firstTokens: [] }))).toThrow(CouldNotRun);
});

test("too few samples show no P95", () => {
  const few = samples().atOnce.slice(1);
  expect(() => judge(accepted, samples([], { atOnce: few }))).toThrow("timed 19, of 20 that a P95 needs");
});

test("a percentile is the value of its rank", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 50, 95, 100].map((percent) => percentile(values, percent))).toEqual([1, 3, 5, 5]);
});

test("a message that was refused was not accepted, and says nothing of how others are", () => {
  const refused = { status: 503, accepted_ms: null, ended: "refused", failure: "503: all slots are taken" };
  const oneCall = times(19, { accepted_ms: null });
  expect(() => judge(accepted, samples([refused, ...oneCall]))).toThrow(NotObservable);
  expect(() => judge(accepted, samples(times(20, refused)))).toThrow(CouldNotRun);
});
