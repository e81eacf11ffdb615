import { expect, test } from "vitest";
import { proofExitCode, targetProofExitCode } from "../../src/cli/report-exit-code.ts";
import type { FaultProof } from "../../src/prove/judge-fault.ts";
import { targetProof } from "../support/target-proof.ts";

const BOTH = { "done-missing": "caught", "cancel-swallowed": "not-applied" } as const;

test("a fault that was not applied or not judged is bad news only where it was asked for by name", () => {
  const untold = { "done-missing": "caught", "events-named": "not-judged" } as const;
  for (const verdicts of [BOTH, untold]) {
    expect(targetProofExitCode(targetProof(verdicts))).toBe(0);
    expect(targetProofExitCode(targetProof(verdicts), Object.keys(verdicts))).toBe(1);
  }
});

test("a proof that applied no fault could not run", () => {
  expect(targetProofExitCode(targetProof({ "cancel-swallowed": "not-applied" }))).toBe(2);
});

test.each([
  [
    "what was not tried counts neither as caught nor as missed",
    { none: "caught", a: "caught", b: "not-tried" },
    0,
  ],
  ["where nothing but `none` was tried, nothing was proved", { none: "caught", b: "not-tried" }, 2],
  ["`none` alone is a proof of `none`", { none: "caught" }, 0],
  ["what could not be judged is no proof", { none: "caught", a: "caught", b: "not-judged" }, 2],
  ["what was missed is bad news, whatever could not be judged", { a: "missed", b: "not-judged" }, 1],
  ["what was missed is bad news, whatever was not tried", { none: "caught", a: "missed", b: "not-tried" }, 1],
] as const)("a proof in this process: %s", (_, verdicts, code) => {
  const faults = Object.entries(verdicts).map(
    ([name, verdict]): FaultProof => ({
      ...{
        name,
        verdict,
        story: "It is wrong.",
        seen_in: "here",
        caught_by: [],
        missing: [],
        not_judged: [],
        unexpected: [],
      },
      ...{ applied: 1, acted_in: [], duration_ms: 1 },
    }),
  );
  const proof = {
    ...{ report_version: 1 as const, seed: "7", started_at: "2026-01-01T00:00:00Z", duration_ms: 1 },
    ...{ checks: 1, faults, unexercised: [], interrupted: false },
  };
  expect(proofExitCode(proof)).toBe(code);
});
