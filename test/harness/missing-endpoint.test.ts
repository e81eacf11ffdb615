import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Check, defineCheck } from "../../src/harness/define-check.ts";
import { judgeAgain } from "../../src/harness/judge-again.ts";
import { runSuites } from "../../src/harness/run-suites.ts";
import { loadRun, saveRun } from "../../src/harness/saved-run.ts";
import { MissingEndpoint } from "../../src/harness/target-errors.ts";

const CALL = "POST /chat/{session_id}/cancel";

interface Run {
  readonly becomes?: "skipped" | "broken";
  readonly answered?: string;
  /** What the target's contract says of checks. */
  readonly lacks?: Record<string, string>;
}

/** One check that calls what the target lacks, with retries. */
async function runOne({ becomes = "skipped", answered, lacks = {} }: Run) {
  const check: Check<string, never> = defineCheck<string, unknown>({
    id: "suite/one",
    claim: "one is so",
    why: "because",
    lookAt: "there",
    needs: [],
    collect: () => Promise.reject(new MissingEndpoint("gateway.cancel", CALL, becomes, answered)),
    judge: () => ({ verdict: "holds", seen: "it" }),
  });
  const suites = [{ name: "suite", title: "A suite.", checks: [check] }];
  const report = await runSuites({
    suites,
    description: "the target",
    deadlineMs: 10_000,
    retries: 3,
    seed: "1",
    signal: new AbortController().signal,
    parallel: 1,
    withTarget: (_, use) =>
      use({ target: "the target", capabilities: new Set<string>(), waivedChecks: lacks }),
    onEvent: () => undefined,
  });
  return { suites, report, result: report.results[0] };
}

test("a check that calls what is lacking is skipped with its name, and not tried again", async () => {
  const { result } = await runOne({});
  expect(result).toMatchObject({
    attempts: 1,
    lacks: "gateway.cancel",
    outcome: { verdict: "skipped", reason: `this target has no ${CALL} (contract.lacks: gateway.cancel)` },
  });
});

test("where that is to be broken, it says what was called and what was answered", async () => {
  const { result } = await runOne({ becomes: "broken", answered: "404 {}" });
  expect(result).toMatchObject({
    lacks: "gateway.cancel",
    outcome: { verdict: "broken", expected: CALL, found: "404 {}" },
  });
});

test.each(["skipped", "broken"])("a claim that was never made is %s without being tried", async (verdict) => {
  const { result } = await runOne({ lacks: { "suite/one": verdict } });
  expect(result).toMatchObject({ attempts: 0, lacks: "suite/one", outcome: { verdict } });
});

test("a claim that is to be judged all the same is tried", async () => {
  const { result } = await runOne({ lacks: { "suite/one": "judged" } });
  expect(result).toMatchObject({ attempts: 1, lacks: "gateway.cancel" });
});

test("a saved run that lacks something is judged again as it was", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stack-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { suites, report } = await runOne({ becomes: "broken", answered: "404 {}" });
  saveRun(folder, report);
  expect(judgeAgain(suites, loadRun(folder))).toEqual(report);
});
