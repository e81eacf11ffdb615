import { expect, test } from "vitest";
import { ENDPOINTS, FEATURES } from "../../../src/contract/foreign.ts";
import { seeds } from "../../../src/target/profiles/seeds.ts";
import { findSuites } from "../../../src/verify.ts";

test("everything that the seeds' stack is said to lack is an endpoint, a feature or a check", () => {
  const checks = findSuites(undefined).flatMap((suite) => suite.checks.map(({ id }) => id));
  const known = new Set<string>([...Object.keys(ENDPOINTS), ...FEATURES, ...checks]);
  expect(Object.keys(seeds.lacks).filter((name) => !known.has(name))).toEqual([]);
});
