import { expect, test } from "vitest";
import { findSuites } from "../../src/verify/verify-stack.ts";
import { everythingIn, startTestStack } from "../support/hmi.ts";
import { verifyUndisturbed } from "../support/verify-undisturbed.ts";

/** The tests that every suite must pass: on a stack of its own, on one of others, and of saved evidence. */
export function proveSuite(suite: string): void {
  test("every claim holds of a fresh stack, and again of its saved evidence", async () => {
    const report = await verifyUndisturbed({ suite, target: "in-process" });
    expect(report.results.filter(({ outcome }) => outcome.verdict !== "holds")).toEqual([]);
    expect(report.left_behind).toEqual([]);
    const checks = findSuites(suite).flatMap((each) => each.checks);
    for (const { id, evidence, outcome } of report.results) {
      const saved = JSON.parse(JSON.stringify(evidence));
      expect(checks.find((check) => check.id === id)?.judge(saved as never)).toEqual(outcome);
    }
  });

  test("on a stack of others nothing is left", async () => {
    const stack = await startTestStack({ stream: { heartbeat_ms: 150 } });
    const report = await verifyUndisturbed({ suite, target: { ...stack, settings: { heartbeatMs: 150 } } });
    expect(report.counts).toMatchObject({ broken: 0, could_not_run: 0 });
    expect(await everythingIn(stack.hmi)).toMatchObject({ profiles: [], sessions: [], total: 0 });
  });
}
