import { beforeAll, describe, expect, test } from "vitest";
import { judgeAgain } from "../../src/harness/judge-again.ts";
import type { RunEvent } from "../../src/harness/run-report.ts";
import { defineDriver } from "../../src/targets/drivers/define-driver.ts";
import { savedLoadSuite } from "../../src/verify/verify-load.ts";
import { type VerifyOptions, type VerifyReport, verify } from "../../src/verify/verify-stack.ts";

const LOAD: NonNullable<VerifyOptions["load"]> = {
  users: 12,
  minutes: 0.05,
  steps: [12],
  pace: { model: "closed", every_ms: 0 },
  // Long enough for all to run at once, however late they begin.
  replyTokens: 60,
};

describe("users who are driven on a stack that drops replies", () => {
  const events: RunEvent[] = [];
  let report: VerifyReport;
  beforeAll(async () => {
    report = await verify({
      suite: "sla",
      target: "in-process",
      fault: "dropped-under-load",
      load: LOAD,
      seed: "7",
      onEvent: (event) => events.push(event),
    });
  }, 120_000);

  test("see it: the claim is broken, with the codes of what failed", () => {
    const dropped = report.results.find(({ id }) => id === "sla/no-drops");
    expect(dropped).toMatchObject({
      claim: "while 12 users chat, everybody's reply is written to its end",
      outcome: { verdict: "broken", found: expect.stringMatching(/failed \d+, \w+ \(\d+\)/) },
    });
    expect(report.fault?.applied).toBeGreaterThan(0);
  });

  test("what was measured is in the report, and was told before the claims were judged", () => {
    expect(report.load).toMatchObject({ users: 12, interrupted: false, steps: [{ users: 12 }] });
    const types = events.map(({ type }) => type).filter((type) => type !== "load-progress");
    expect(types.slice(0, 5)).toEqual([
      "run-started",
      "suite-started",
      "check-started",
      "load-ended",
      "check-ended",
    ]);
  });

  test("what is saved is judged again, and the same comes out", () => {
    if (report.load === undefined) throw new Error("Nothing was measured.");
    const again = judgeAgain([savedLoadSuite(report.load)], report);
    expect(again.results.map(({ outcome }) => outcome)).toEqual(report.results.map(({ outcome }) => outcome));
  });
});

test("what cannot be driven is refused before anything is asked", async () => {
  const target = {
    hmi: "http://127.0.0.1:1",
    driver: defineDriver({ name: "mine", title: "Mine", service: "hmi" }),
  };
  await expect(verify({ suite: "sla", target, load: LOAD })).rejects.toMatchObject({
    code: "bad_flag",
    message: "The driver mine is an object of this process only.",
  });
  await expect(
    verify({ suite: "sla", target: "in-process", load: { ...LOAD, users: 0 } }),
  ).rejects.toMatchObject({
    code: "bad_flag",
  });
});
