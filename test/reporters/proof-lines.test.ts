import { expect, test } from "vitest";
import type { FaultProof } from "../../src/prove/judge-fault.ts";
import { reportFault, reportProof } from "../../src/reporters/proof-lines.ts";
import { readableScreen } from "../support/screen.ts";

const proof = (name: string, verdict: FaultProof["verdict"]): FaultProof => ({
  ...{
    name,
    verdict,
    story: "It is wrong.",
    seen_in: "here",
    caught_by: name === "none" ? [] : ["sse/usage"],
  },
  ...{ missing: [], not_judged: [], unexpected: [], applied: 1, acted_in: [], duration_ms: 1 },
});

test("what was not tried for want of several copies is told as that, and counts neither as caught nor as missed", () => {
  const { screen, output } = readableScreen();
  const faults = [proof("none", "caught"), proof("usage-zero", "caught"), proof("notify-lost", "not-tried")];
  for (const fault of faults) reportFault(screen, fault);
  reportProof(screen, {
    ...{ report_version: 1, seed: "7", started_at: "2026-01-01T00:00:00Z", duration_ms: 1_000, checks: 140 },
    ...{ faults, unexercised: [], interrupted: false },
  });
  expect(output()).toMatch(/- notify-lost +not tried: it needs several copies, and they a PostgreSQL\n/);
  expect(output()).toContain("1 of 1 fault caught by 140 checks in 1.0 s.");
  expect(output()).toContain(
    "1 fault of several copies was not tried: --postgresql names a server for them.",
  );
  expect(output()).not.toContain("The same proof again");
});

test("what could not be judged is told as that, with why", () => {
  const { screen, output } = readableScreen();
  reportFault(screen, {
    ...proof("usage-zero", "not-judged"),
    not_judged: ["sse/usage could-not-run: late"],
  });
  expect(output()).toMatch(
    /- usage-zero +not judged: checks could not look, also when they were tried again\n/,
  );
  expect(output()).toContain("not judged  sse/usage could-not-run: late");
});
