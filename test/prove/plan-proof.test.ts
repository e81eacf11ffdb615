import { expect, test } from "vitest";
import type { Fault } from "../../src/faults/find-fault.ts";
import type { Suite } from "../../src/harness/define-check.ts";
import { planProof } from "../../src/prove/plan-proof.ts";
import type { Target } from "../../src/targets/open-target.ts";

const suite = (name: string): Suite<Target> => ({ name, title: "T.", checks: [] });

function fault(name: string, more: Partial<Fault> = {}): Fault {
  return { name, story: "S.", seenIn: "here", caughtBy: [], overrides: () => ({}), ...more };
}

test("a fault of which it is not known where it acts is alone in every suite", () => {
  expect(planProof([fault("f")], [suite("a"), suite("b")])).toEqual([
    { suite: "a", faults: ["f"] },
    { suite: "b", faults: ["f"] },
  ]);
});

test("a fault is alone where it acts, and where it names checks; elsewhere it is together with others", () => {
  const faults = [
    fault("here", { actsIn: ["a"] }),
    fault("caught", { actsIn: [], caughtBy: ["a/check"] }),
    fault("stopping", { actsIn: [], alsoStops: ["a/check"] }),
  ];
  expect(planProof(faults, [suite("a"), suite("b")])).toEqual([
    { suite: "b", faults: ["here", "caught", "stopping"] },
    { suite: "a", faults: ["here"] },
    { suite: "a", faults: ["caught"] },
    { suite: "a", faults: ["stopping"] },
  ]);
});

test("many that do not act are tried a few at a time, none left out", () => {
  const names = Array.from({ length: 100 }, (_, index) => `f${index}`);
  const jobs = planProof(
    names.map((name) => fault(name, { actsIn: [] })),
    [suite("a")],
  );
  expect(jobs.length).toBeGreaterThan(1);
  expect(jobs.flatMap(({ faults }) => faults)).toEqual(names);
});

test("bugs of several copies are tried in their suite alone, and no others there; without a bug all are judged", () => {
  const faults = [
    fault("none"),
    fault("of-one", { actsIn: ["a"], caughtBy: ["a/check"] }),
    fault("of-copies", { ofCopies: true, actsIn: ["replicas"], caughtBy: ["replicas/check"] }),
  ];
  expect(planProof(faults, [suite("a"), suite("replicas")])).toEqual([
    { suite: "a", faults: ["none"] },
    { suite: "replicas", faults: ["none"] },
    { suite: "a", faults: ["of-one"] },
    { suite: "replicas", faults: ["of-copies"] },
  ]);
});
