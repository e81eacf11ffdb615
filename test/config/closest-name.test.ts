import { expect, test } from "vitest";
import { closestName } from "../../src/config/closest-name.ts";

const NAMES = ["host", "port", "timeout_ms", "depends_on", "restart"];

test.each([
  ["prot", "port"],
  ["Port", "port"],
  ["dependson", "depends_on"],
  ["restarts", "restart"],
  ["timeout", "timeout_ms"],
  ["hots", "host"],
])("%s was meant to be %s", (name, meant) => {
  expect(closestName(name, NAMES)).toBe(meant);
});

test.each([
  ["TERM", "SIGTERM"],
  ["hup", "SIGHUP"],
])("%s was meant to be the signal %s", (name, meant) => {
  expect(closestName(name, ["SIGTERM", "SIGHUP"])).toBe(meant);
});

test.each(["", "x", "colour", "retries"])("nothing is near to %j", (name) => {
  expect(closestName(name, NAMES)).toBeUndefined();
});
