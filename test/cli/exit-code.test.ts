import { expect, test } from "vitest";
import { targetProofExitCode } from "../../src/cli/exit-code.ts";
import { targetProof } from "../support/target-proof.ts";

const BOTH = { "done-missing": "caught", "cancel-swallowed": "not-applied" } as const;

test("a fault that was not applied is bad news only where it was asked for by name", () => {
  expect(targetProofExitCode(targetProof(BOTH))).toBe(0);
  expect(targetProofExitCode(targetProof(BOTH), ["done-missing", "cancel-swallowed"])).toBe(1);
});

test("a proof that applied no fault could not run", () => {
  expect(targetProofExitCode(targetProof({ "cancel-swallowed": "not-applied" }))).toBe(2);
});
