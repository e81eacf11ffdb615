import { expect, test } from "vitest";
import { findSuites, verify } from "../../../src/verify/verify-stack.ts";
import { startTestStack } from "../../support/hmi.ts";
import { proveSuite } from "../prove-suite.ts";

proveSuite("drill");

test("it is none of the suites that are run without being named", () => {
  expect(findSuites(undefined).map(({ name }) => name)).not.toContain("drill");
});

test("of a stack that is not ours to kill nothing is judged", async () => {
  const report = await verify({ suite: "drill", target: await startTestStack() });
  expect(report.counts).toMatchObject({ holds: 0, skipped: report.results.length });
  expect(report.results[0]?.outcome).toEqual({
    verdict: "skipped",
    reason: "this target cannot kill the gateway",
  });
});
