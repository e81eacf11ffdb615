import { expect, test } from "vitest";
import type { Watched } from "../../../src/checks/health/watched-replies.ts";
import { findFault } from "../../../src/faults/find-fault.ts";
import { verify } from "../../../src/verify/verify-stack.ts";
import { startTestStack } from "../../support/hmi.ts";

/** Judges the health of a stack whose heartbeats are as rare as on a live one: long replies need not be waited for. */
async function judgeHealth(fault: string) {
  const stack = await startTestStack({ overrides: findFault(fault).overrides(() => undefined) });
  const target = { ...stack, settings: { heartbeatMs: 1_000 } };
  return await verify({ suite: "health", target });
}

test("what a brief reply shows is judged, and holds", async () => {
  const { results } = await judgeHealth("none");
  expect(results.filter(({ outcome }) => outcome.verdict !== "holds")).toEqual([]);
});

test("what a brief reply does not show is looked at in a longer one, and told", async () => {
  const { results } = await judgeHealth("health-waits-for-replies");
  const broken = results.filter(({ outcome }) => outcome.verdict === "broken");
  expect(broken.map(({ id }) => id)).toEqual(["health/quick"]);
  const [seen] = broken.map(({ evidence }) => evidence as Watched);
  expect(seen?.replies).toHaveLength(2);
  for (const { began_ms, ended_ms } of seen?.replies ?? []) expect(ended_ms - began_ms).toBeGreaterThan(900);
});
