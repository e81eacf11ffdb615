import { once } from "node:events";
import { expect, test } from "vitest";
import { type Check, type CollectContext, defineCheck, type Suite } from "../../src/harness/define-check.ts";
import { type RunEvent, suiteOf } from "../../src/harness/run-report.ts";
import type { OpenTarget } from "../../src/harness/run-settings.ts";
import { type RunSuitesOptions, runSuites } from "../../src/harness/run-suites.ts";

const OPEN: OpenTarget<string> = { target: "the target", capabilities: new Set<string>() };

/** What was done, in order. */
let order: string[] = [];

function check(
  id: string,
  collect: (context: CollectContext<string>) => Promise<unknown> = async () => undefined,
  isMostlyWaiting = false,
): Check<string, never> {
  return defineCheck<string, unknown>({
    ...{ id, claim: "c", why: "w", lookAt: "l", needs: [], isMostlyWaiting },
    async collect(context) {
      order.push(`${id} begins`);
      await collect(context);
      order.push(`${id} ends`);
    },
    judge: () =>
      id.includes("bad")
        ? { verdict: "broken", expected: "a", found: "b", seen: "c" }
        : { verdict: "holds", seen: "it" },
  });
}

function suite(name: string, checks: Check<string, never>[], isAlone = false): Suite<string> {
  return { name, title: "A suite.", checks, isAlone };
}

async function run(suites: Suite<string>[], options: Partial<RunSuitesOptions<string>> = {}) {
  order = [];
  return await runSuites({
    suites,
    description: "a target",
    withTarget: (_, use) => use(OPEN),
    parallel: 1,
    ...{ deadlineMs: 10_000, retries: 0, seed: "1", signal: new AbortController().signal },
    onEvent: () => undefined,
    ...options,
  });
}

/** The same, for a check during which nothing else may be on its way. */
function alone(id: string, collect?: Parameters<typeof check>[1]): Check<string, never> {
  return { ...check(id, collect), isAlone: true };
}

/** Suites around one with a check that waits until another check has ended, whichever that is. */
function suitesAround(until: string): Suite<string>[] {
  const over = new EventTarget();
  const ends = (id: string): Check<string, never> =>
    check(id, async () => {
      if (id === until) over.dispatchEvent(new Event("over"));
    });
  return [
    suite("whole", [ends("whole/one")], true),
    suite("first", [alone("first/alone"), ends("first/one")]),
    suite("waits", [check("waits/long", () => once(over, "over"), true), ends("waits/short")]),
    suite("last", [ends("last/one")]),
  ];
}

test("what mostly waits is begun first, others run beside it, and what must be alone after it", async () => {
  const told: string[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === "suite-ended") told.push(event.suite.name);
  };
  const report = await run(suitesAround("last/one"), { roomy: OPEN, onEvent });
  expect(order).toEqual([
    "waits/long begins",
    "first/one begins",
    "first/one ends",
    "waits/short begins",
    "waits/short ends",
    "last/one begins",
    "last/one ends",
    "waits/long ends",
    "whole/one begins",
    "whole/one ends",
    "first/alone begins",
    "first/alone ends",
  ]);
  expect(told).toEqual(["last", "whole", "first", "waits"]);
  expect(report.suites.map(({ name }) => name)).toEqual(["whole", "first", "waits", "last"]);
  expect(report.results.map(({ id }) => id)).toEqual([
    "whole/one",
    "first/alone",
    "first/one",
    "waits/long",
    "waits/short",
    "last/one",
  ]);
  expect(report.counts.holds).toBe(6);
});

test("each suite is told of without a word of another between", async () => {
  const told: string[] = [];
  await run(suitesAround("last/one"), {
    roomy: OPEN,
    onEvent(event) {
      if (event.type === "suite-started" || event.type === "suite-ended") told.push(event.suite.name);
      if (event.type === "check-ended") told.push(suiteOf(event.result));
    },
  });
  expect(told.filter((name, place) => name !== told[place - 1])).toEqual(["last", "whole", "first", "waits"]);
});

test("on a target that has no room for it, it is begun when its turn comes", async () => {
  const checks = [check("waits/long", undefined, true), check("waits/short")];
  await run([suite("first", [check("first/one")]), suite("waits", checks)]);
  expect(order.filter((each) => each.endsWith("begins"))).toEqual([
    "first/one begins",
    "waits/long begins",
    "waits/short begins",
  ]);
});

test("where the run ends before its turn, it is cut off, and what it made is undone", async () => {
  const waits = check(
    "waits/long",
    async ({ defer, signal }) => {
      defer("something", async () => {
        order.push("undone");
      });
      await once(signal, "abort");
      order.push("cut off");
      signal.throwIfAborted();
    },
    true,
  );
  const suites = [suite("first", [check("first/bad")]), suite("waits", [waits])];
  const report = await run(suites, { roomy: OPEN, maxFailures: 1 });
  expect(order).toEqual(["waits/long begins", "first/bad begins", "first/bad ends", "cut off", "undone"]);
  expect(report.results.map(({ id }) => id)).toEqual(["first/bad"]);
});
