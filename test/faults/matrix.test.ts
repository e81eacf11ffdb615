import { describe, expect, test } from "vitest";
import { suites } from "../../src/checks/suites.ts";
import { faults, findFault } from "../../src/faults/index.ts";
import { verify } from "../../src/verify.ts";

const checkIds = suites.flatMap(({ checks }) => checks.map(({ id }) => id));

// Each in a stack of its own, one after the other: a check that waits long for a bug must not starve.
describe("each fault, switched on, breaks exactly the checks that it names", () => {
  test.each(faults)("$name", async ({ name, caughtBy }) => {
    const report = await verify({ suite: "model-conversation", target: "in-process", fault: name });
    const verdicts = report.results.map(({ id, outcome }) => [id, outcome.verdict]);
    const expected = checkIds.map((id) => [id, caughtBy.includes(id) ? "broken" : "holds"]);
    expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries(expected));
    expect(report.fault).toEqual({ name, caught_by: caughtBy, applied: expect.any(Number) });
    expect(report.fault?.applied).toBeGreaterThan(0);
    expect(report.left_behind).toEqual([]);
  });
});

test("none is the first fault, and breaks nothing", () => {
  expect(faults[0]).toMatchObject({ name: "none", caughtBy: [] });
});

test("every other fault names the checks that must catch it, and each of them exists", () => {
  for (const { caughtBy } of faults.slice(1)) {
    expect(caughtBy.length).toBeGreaterThan(0);
    for (const id of caughtBy) expect(checkIds).toContain(id);
  }
});

test("every fault has a name of its own, says what is wrong, and where it was seen", () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  for (const { name, story, seenIn } of faults) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(story).toMatch(/^[A-Z].+\.$/);
    expect(seenIn).not.toBe("");
    expect(findFault(name)).toMatchObject({ name });
  }
});

test("the checks that no fault breaks are these, and no more", () => {
  const caught = new Set(faults.flatMap(({ caughtBy }) => caughtBy));
  expect(checkIds.filter((id) => !caught.has(id))).toEqual([]);
});

test("an unknown fault is refused with those that there are", () => {
  expect(() => findFault("gremlins")).toThrow(
    expect.objectContaining({
      code: "unknown_fault",
      exitCode: 2,
      hint: `Faults: ${faults.map(({ name }) => name).join(", ")}.`,
    }),
  );
});
