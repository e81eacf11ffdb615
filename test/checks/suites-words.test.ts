import { expect, test } from "vitest";
import { suites } from "../../src/checks/suites.ts";

/** What only the contract, or only a stack that we run, can be asked. */
const OURS = /^(?:speak the contract|keep profiles|kill the \w+)$/;

test("a claim that any back end is judged by names no service and no path of the contract", () => {
  const anybodys = suites
    .flatMap(({ checks }) => checks)
    .filter(({ needs }) => !needs.some((need) => OURS.test(need)));
  expect(anybodys.length).toBeGreaterThan(40);
  for (const { id, claim, lookAt } of anybodys) {
    expect(`${id}: ${claim}; ${lookAt}`).not.toMatch(/\bgateway\b|\bHMI\b|\/api\/|\/chat\//);
  }
});
