import { once } from "node:events";
import { expect, test } from "vitest";
import {
  type Check,
  type CollectContext,
  CouldNotRun,
  defineCheck,
  type Verdict,
} from "../../src/harness/check.ts";
import type { RunEvent } from "../../src/harness/report.ts";
import { type RunOptions, runSuite } from "../../src/harness/run.ts";

type Context = CollectContext<string>;

const HOLDS: Verdict = { verdict: "holds", seen: "it" };
const BROKEN: Verdict = { verdict: "broken", expected: "a", found: "b", seen: "it" };

/** A check that does this and then judges so. */
function check(
  collect: (context: Context) => Promise<unknown> = async () => "seen",
  { name = "one", needs = [], verdict = HOLDS }: { name?: string; needs?: string[]; verdict?: Verdict } = {},
): Check<string, never> {
  const words = { id: `suite/${name}`, claim: `${name} is so`, why: "because", lookAt: "there" };
  return defineCheck<string, unknown>({ ...words, needs, collect, judge: () => verdict });
}

async function run(checks: Check<string, never>[], options: Partial<RunOptions<string>> = {}) {
  const events: RunEvent[] = [];
  const report = await runSuite({
    suite: { name: "suite", title: "A suite.", checks },
    target: "the target",
    description: "a target",
    capabilities: new Set<string>(),
    deadlineMs: 10_000,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { report, events, outcomes: report.results.map(({ outcome }) => outcome) };
}

const never = async ({ signal }: Context): Promise<void> => {
  signal.throwIfAborted();
  await once(signal, "abort");
  signal.throwIfAborted();
};

const fails = async (): Promise<never> => {
  throw new Error("boom");
};

test("each verdict is reported with its claim and its evidence, and counted", async () => {
  const { report } = await run([check(), check(undefined, { name: "two", verdict: BROKEN })]);
  expect(report).toMatchObject({
    suite: "suite",
    target: "a target",
    counts: { holds: 1, broken: 1, skipped: 0, could_not_run: 0 },
    left_behind: [],
    interrupted: false,
    results: [
      {
        id: "suite/one",
        claim: "one is so",
        why: "because",
        look_at: "there",
        outcome: HOLDS,
        evidence: "seen",
      },
      { id: "suite/two", outcome: BROKEN },
    ],
  });
});

test("a reporter is told of the start, each check, and the end, in this order", async () => {
  const { events, report } = await run([check(), check(undefined, { name: "two" })]);
  expect(events).toEqual([
    { type: "run-started", suite: "suite", target: "a target", checks: 2 },
    { type: "check-started", id: "suite/one", claim: "one is so" },
    { type: "check-ended", result: report.results[0] },
    { type: "check-started", id: "suite/two", claim: "two is so" },
    { type: "check-ended", result: report.results[1] },
    { type: "run-ended", report },
  ]);
});

test("a check whose needs are not met is skipped with the reason, and not run", async () => {
  const needs = ["show rows", "show prompts", "sing"];
  const { outcomes, report } = await run([check(fails, { needs })], {
    capabilities: new Set(["show prompts"]),
  });
  expect(outcomes).toEqual([{ verdict: "skipped", reason: "this target cannot show rows and sing" }]);
  expect(report.counts).toEqual({ holds: 0, broken: 0, skipped: 1, could_not_run: 0 });
});

test("an exception in a check is no verdict, and the next check runs", async () => {
  const { outcomes } = await run([check(fails), check()]);
  expect(outcomes).toEqual([{ verdict: "could-not-run", reason: "the check itself failed: boom" }, HOLDS]);
});

test("an exception in a judgement is no verdict either", async () => {
  const judging = defineCheck<string, string>({
    ...{ id: "suite/judging", claim: "c", why: "w", lookAt: "l", needs: [] },
    collect: async () => "seen",
    judge: () => {
      throw new CouldNotRun("nothing was seen");
    },
  });
  const { outcomes } = await run([judging]);
  expect(outcomes).toEqual([{ verdict: "could-not-run", reason: "nothing was seen" }]);
});

test("a target that cannot be used is told in its own words", async () => {
  const { outcomes } = await run([
    check(async () => {
      throw new CouldNotRun("the HMI answered 500");
    }),
  ]);
  expect(outcomes).toEqual([{ verdict: "could-not-run", reason: "the HMI answered 500" }]);
});

test("a check that takes too long is ended, and the next one has its own time", async () => {
  const { outcomes } = await run([check(never), check()], { deadlineMs: 20 });
  expect(outcomes).toEqual([{ verdict: "could-not-run", reason: "not finished after 0.02 s" }, HOLDS]);
});

test("Ctrl-C ends the check that runs, and no other one begins", async () => {
  const interrupt = new AbortController();
  const interrupted = check(async (context) => {
    interrupt.abort(new Error("Ctrl-C"));
    await never(context);
  });
  const { outcomes, report } = await run([check(), interrupted, check(fails)], { signal: interrupt.signal });
  expect(outcomes).toEqual([HOLDS, { verdict: "could-not-run", reason: "interrupted" }]);
  expect(report.interrupted).toBe(true);
});

test("shared evidence is collected once a run", async () => {
  let collected = 0;
  const sharing = (name: string): Check<string, never> =>
    check(
      async ({ share }) =>
        await share("the evidence", async () => {
          collected += 1;
          return `seen ${collected}`;
        }),
      { name },
    );
  const { report } = await run([sharing("one"), sharing("two")]);
  expect(report.results.map(({ evidence }) => evidence)).toEqual(["seen 1", "seen 1"]);
  await run([sharing("one")]);
  expect(collected).toBe(2);
});

test("where shared evidence cannot be collected, no check that needs it has a verdict", async () => {
  const sharing = check(({ share }) => share("the evidence", fails));
  const { outcomes } = await run([sharing, sharing]);
  const failed = { verdict: "could-not-run", reason: "the check itself failed: boom" };
  expect(outcomes).toEqual([failed, failed]);
});

test("shared evidence that took too long is the same reason for every check that needs it", async () => {
  const sharing = check((context) => context.share("the evidence", () => never(context)));
  const { outcomes } = await run([sharing, sharing], { deadlineMs: 20 });
  const late = { verdict: "could-not-run", reason: "not finished after 0.02 s" };
  expect(outcomes).toEqual([late, late]);
});

test("what was made is undone, the newest first, also after failures and Ctrl-C", async () => {
  const interrupt = new AbortController();
  const undone: string[] = [];
  const making = (name: string, after: (context: Context) => Promise<unknown>): Check<string, never> =>
    check(async (context) => {
      context.defer(`deleting ${name}`, async () => {
        undone.push(name);
      });
      await after(context);
    });
  const { report } = await run(
    [
      making("a", async () => undefined),
      making("b", fails),
      making("c", async (context) => {
        interrupt.abort();
        await never(context);
      }),
    ],
    { signal: interrupt.signal },
  );
  expect(undone).toEqual(["c", "b", "a"]);
  expect(report.left_behind).toEqual([]);
});

test("what could not be undone is named, and the rest is undone all the same", async () => {
  const undone: string[] = [];
  const { report } = await run([
    check(async ({ defer }) => {
      defer("deleting a", async () => {
        undone.push("a");
      });
      defer("deleting b", fails);
    }),
  ]);
  expect(undone).toEqual(["a"]);
  expect(report.left_behind).toEqual(["deleting b: boom"]);
});

test("undoing is not bound to Ctrl-C", async () => {
  const interrupt = new AbortController();
  let wasAborted: boolean | undefined;
  await run(
    [
      check(async ({ defer }) => {
        defer("deleting a", async (signal) => {
          wasAborted = signal.aborted;
        });
        interrupt.abort();
      }),
    ],
    { signal: interrupt.signal },
  );
  expect(wasAborted).toBe(false);
});
