import { expect, test } from "vitest";
import { reportTargetProof } from "../../src/reporters/target-proof-lines.ts";
import { readableScreen } from "../support/screen.ts";
import { targetProof } from "../support/target-proof.ts";

test.each([
  [targetProof({ "done-missing": "caught" }), "Of 1 fault on the wire, 1 caught, "],
  [targetProof({ "done-missing": "caught", "stream-cut": "missed" }), "Of 2 faults on the wire, 1 caught, "],
])("the figures of a proof are a sentence: $faults.length", (report, words) => {
  const { screen, output } = readableScreen();
  reportTargetProof(screen, report, true);
  expect(output()).toContain(words);
});

test("what nothing could judge is told with the reason, and counted", () => {
  const { screen, output } = readableScreen();
  reportTargetProof(screen, targetProof({ "done-missing": "caught", "events-named": "not-judged" }), true);
  expect(output()).toContain("Not judged: events-named.");
  expect(output()).toContain("sse/frames does not judge this stack: it speaks another wire");
  expect(output()).toContain("1 caught, 0 missed, 1 not judged, 0 not applied, ");
});
