import { expect, test } from "vitest";
import { slaUnderLoad } from "../../../src/checks/sla/under-load.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import type { LoadReport, LoadStep } from "../../../src/harness/load-report.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { allAt, loadReport, loadStep } from "../../support/load-step.ts";
import { judge } from "../model-conversation/evidence.ts";

const { checks } = slaUnderLoad(10, () => Promise.reject(new Error("Nothing is driven here.")));
const [accepted, firstToken, betweenTokens, noDrops] = checks;

/** What a check says of a run whose last step is so. */
function judged(
  check: (typeof checks)[number] | undefined,
  step: Partial<LoadStep>,
  more: Partial<LoadReport> = {},
) {
  if (check === undefined) throw new Error("There is no such check.");
  return judge(check, loadReport([loadStep({ users: 1 }), loadStep(step)], more));
}

const messages = (changes: object) => ({ messages: { ...loadStep().messages, ...changes } });
const heldUp = { driver: { late_p95_ms: 80, late_max_ms: 400, cpu: 0.2, is_held_up: true } };

test("the claims are those of the suite, with so many users", () => {
  expect(checks.map(({ id }) => id)).toEqual([
    "sla/accepted",
    "sla/first-token",
    "sla/between-tokens",
    "sla/no-drops",
  ]);
  for (const { claim } of checks) expect(claim).toContain("while 10 users chat");
});

test.each(checks)("$id holds within the targets", (check) => {
  expect(judged(check, {})).toMatchObject({ verdict: "holds" });
});

test.each([
  ["accepted late", accepted, { accepted_ms: { ...allAt(10), p95: 501 } }, "P95 501 ms"],
  ["a late median", firstToken, { first_token_ms: allAt(1_001) }, "P50 1001 ms, P95 1001 ms"],
  ["a late P95", firstToken, { first_token_ms: { ...allAt(10), p95: 1_501 } }, "P50 10 ms, P95 1501 ms"],
  ["a slow pace", betweenTokens, { gap_ms: allAt(51) }, "P50 51 ms, P95 51 ms"],
  ["all at once", betweenTokens, { gap_ms: null }, "all tokens of each reply at once"],
  ["a cut reply", noDrops, messages({ done: 99, cut: 1 }), "99; failed 0; dropped 1"],
  [
    "a failure",
    noDrops,
    { ...messages({ done: 98, failed: 2 }), failures: { engine_error: 2 } },
    "98; failed 2, engine_error (2); dropped 0",
  ],
] as const)("%s is broken, and says what was found", (_, check, step, found) => {
  expect(judged(check, step)).toMatchObject({ verdict: "broken", found });
});

test.each([
  ["accepted", accepted, { accepted_ms: allAt(600) }],
  ["first-token", firstToken, { first_token_ms: allAt(1_600) }],
  ["between-tokens", betweenTokens, { gap_ms: allAt(60) }],
])("%s is not judged by the times of drivers that were held up, but holds with them", (_, check, late) => {
  expect(() => judged(check, { ...late, ...heldUp })).toThrow(CouldNotRun);
  expect(judged(check, heldUp)).toMatchObject({ verdict: "holds" });
});

test("what is the engine's own is nobody else's fault", () => {
  const slow = { first_token_ms: allAt(1_600), engine_first_token_ms: allAt(1_500) };
  expect(() => judged(firstToken, { ...slow, other_first_token_ms: allAt(100) })).toThrow(NotObservable);
  expect(judged(firstToken, { ...slow, other_first_token_ms: allAt(1_000) })).toMatchObject({
    verdict: "broken",
  });
  expect(() => judged(betweenTokens, { gap_ms: allAt(60), engine_gap_ms: allAt(58) })).toThrow(NotObservable);
  expect(judged(betweenTokens, { gap_ms: allAt(60), engine_gap_ms: allAt(20) })).toMatchObject({
    verdict: "broken",
  });
});

test("a timetable that nobody can keep says nothing of the first token", () => {
  const late = { first_token_ms: allAt(30_000), reply_ms: allAt(42_000) };
  expect(() => judged(firstToken, late)).toThrow(/written for 12000 ms, .* due every 10000 ms/);
  expect(judged(firstToken, late, { pace: { model: "closed", every_ms: 0 } })).toMatchObject({
    verdict: "broken",
  });
});

test("what was due and not sent was not dropped; what has not ended may be", () => {
  expect(judged(noDrops, messages({ done: 90, unsent: 10 }))).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("10 more were due, and not sent"),
  });
  expect(() => judged(noDrops, messages({ done: 90, unfinished: 10 }))).toThrow(CouldNotRun);
});

test.each(checks)(
  "$id is not judged where the run was interrupted, or too little was timed, or limited",
  (check) => {
    expect(() => judged(check, {}, { interrupted: true })).toThrow(/interrupted before 10 users/);
    expect(() => judged(check, { users: 5 }, { users: 10 })).toThrow(/interrupted before 10 users/);
    expect(() => judged(check, { failures: { "429 rate_limited": 1 } })).toThrow(/limits the messages/);
  },
);

test("of one call that carries the message and streams the reply, acceptance is not told", () => {
  expect(() => judged(accepted, { accepted_ms: null })).toThrow(NotObservable);
  expect(() => judged(accepted, { accepted_ms: allAt(1, 19) })).toThrow(/timed 19, of 20/);
});
