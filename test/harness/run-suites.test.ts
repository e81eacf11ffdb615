import { once } from "node:events";
import { expect, test } from "vitest";
import { type Check, defineCheck, type Suite } from "../../src/harness/define-check.ts";
import type { RunEvent } from "../../src/harness/run-report.ts";
import { type RunSuitesOptions, runSuites } from "../../src/harness/run-suites.ts";

type Options = RunSuitesOptions<string>;

function suite(name: string, collect: () => Promise<unknown> = async () => "seen"): Suite<string> {
  const check: Check<string, never> = defineCheck<string, unknown>({
    ...{ id: `${name}/one`, claim: "c", why: "w", lookAt: "l", needs: [] },
    collect,
    judge: () => ({ verdict: "holds", seen: "it" }),
  });
  return { name, title: "A suite.", checks: [check] };
}

async function run(suites: Suite<string>[], options: Partial<Options> = {}) {
  const events: RunEvent[] = [];
  const report = await runSuites({
    suites,
    description: "a target",
    withTarget: (_, use) => use({ target: "the target", capabilities: new Set<string>() }),
    parallel: 1,
    ...{ deadlineMs: 10_000, retries: 0, seed: "1", signal: new AbortController().signal },
    onEvent: (event) => events.push(event),
    ...options,
  });
  return {
    report,
    told: events.map((event) => ("suite" in event ? `${event.type} ${event.suite.name}` : event.type)),
  };
}

test("suites run at once end as they like, and are told one after the other", async () => {
  const second = new EventTarget();
  const waits = suite("first", () => once(second, "ended"));
  const ends = suite("second", async () => {
    second.dispatchEvent(new Event("ended"));
  });
  const { report, told } = await run([waits, ends], { parallel: 2 });
  expect(report.results.map(({ id }) => id)).toEqual(["first/one", "second/one"]);
  expect(report.suites.map(({ name }) => name)).toEqual(["first", "second"]);
  expect(told).toEqual([
    "run-started",
    "suite-started first",
    "check-started",
    "check-ended",
    "suite-ended first",
    "suite-started second",
    "check-started",
    "check-ended",
    "suite-ended second",
    "run-ended",
  ]);
});

test("without parallel, one suite has ended before the next begins", async () => {
  const order: string[] = [];
  await run([suite("a"), suite("b")], {
    async withTarget({ name }, use) {
      order.push(`open ${name}`);
      const result = await use({ target: "t", capabilities: new Set<string>() });
      order.push(`close ${name}`);
      return result;
    },
  });
  expect(order).toEqual(["open a", "close a", "open b", "close b"]);
});

test("a target that cannot be opened ends the run, and nothing new begins", async () => {
  const opened: string[] = [];
  const failing = run([suite("a"), suite("b")], {
    async withTarget({ name }) {
      opened.push(name);
      throw new Error("no target");
    },
  });
  await expect(failing).rejects.toThrow("no target");
  expect(opened).toEqual(["a"]);
});

test("counts, and what was left behind, are of all suites together", async () => {
  const { report } = await run([suite("a"), suite("b")]);
  expect(report).toMatchObject({ report_version: 1, seed: "1", counts: { holds: 2 }, left_behind: [] });
});
