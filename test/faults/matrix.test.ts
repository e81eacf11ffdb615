import { beforeAll, describe, expect, test } from "vitest";
import { everySuite } from "../../src/checks/suites.ts";
import { faults, findFault } from "../../src/faults/find-fault.ts";
import { type ProofReport, proveFaults } from "../../src/prove/prove-faults.ts";
import { NO_POSTGRESQL } from "../support/postgresql.ts";
import { useTestServer } from "../support/postgresql-test-store.ts";

/** All faults, on every core of the machine: a minute or two, and more where other things go on. */
const PROOF_TIMEOUT_MS = 900_000;

const checkIds = everySuite.flatMap(({ checks }) => checks.map(({ id }) => id));

/** Bugs of several copies are tried where there is a PostgreSQL for them. */
const server = NO_POSTGRESQL === undefined ? useTestServer() : undefined;

describe("each fault, switched on, breaks exactly the checks that it names", () => {
  let proof: ProofReport;
  beforeAll(async () => {
    proof = await proveFaults({ postgresql: await server?.() });
  }, PROOF_TIMEOUT_MS);

  test.each(faults)("$name", ({ name, ofCopies }) => {
    const isTried = server !== undefined || ofCopies !== true;
    const found = proof.faults.find((fault) => fault.name === name);
    expect(found).toMatchObject({
      verdict: isTried ? "caught" : "not-tried",
      ...{ missing: [], unexpected: [] },
    });
    expect((found?.applied ?? 0) > 0).toBe(isTried);
  });

  test("every check is broken by one of them", () => {
    expect(proof.unexercised).toEqual([]);
  });
});

test("none is the first fault, and breaks nothing", () => {
  expect(faults[0]).toMatchObject({ name: "none", caughtBy: [] });
});

test("every other fault names the checks that must catch it, and each of them exists", () => {
  for (const { caughtBy, alsoStops = [] } of faults.slice(1)) {
    expect(caughtBy.length).toBeGreaterThan(0);
    for (const id of [...caughtBy, ...alsoStops]) expect(checkIds).toContain(id);
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
