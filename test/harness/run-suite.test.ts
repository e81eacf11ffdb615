import { once } from "node:events";
import { expect, test } from "vitest";
import {
  type Cause,
  type Check,
  type CollectContext,
  CouldNotRun,
  defineCheck,
  type Verdict,
} from "../../src/harness/define-check.ts";
import type { RunEvent } from "../../src/harness/run-report.ts";
import type { RunSettings } from "../../src/harness/run-settings.ts";
import { runSuite } from "../../src/harness/run-suite.ts";

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

interface Options extends Partial<RunSettings> {
  capabilities?: ReadonlySet<string>;
}

async function run(checks: Check<string, never>[], { capabilities, ...settings }: Options = {}) {
  const events: RunEvent[] = [];
  const report = await runSuite(
    { name: "suite", title: "A suite.", checks },
    { target: "the target", capabilities: capabilities ?? new Set<string>() },
    { deadlineMs: 10_000, retries: 0, seed: "1", signal: new AbortController().signal, ...settings },
    (event) => events.push(event),
  );
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

test("a fault that several claims meet is one broken claim, and the others say which; what may be another fault is broken beside it", async () => {
  const lost = "replies are lost";
  const cut = "cancelled replies are lost";
  const broken = (cause?: Cause): Verdict => ({ ...BROKEN, ...(cause && { cause }) });
  const { outcomes } = await run([
    check(undefined, { name: "cut", verdict: broken({ fault: cut, look_at: "there", within: [lost] }) }),
    check(undefined, { name: "first", verdict: broken({ fault: lost, look_at: "there" }) }),
    check(undefined, { name: "second", verdict: broken({ fault: lost, look_at: "there" }) }),
    check(undefined, {
      name: "cut again",
      verdict: broken({ fault: cut, look_at: "there", within: [lost] }),
    }),
    check(undefined, { name: "other", verdict: broken({ fault: "replies are doubled", look_at: "there" }) }),
    check(undefined, { name: "none", verdict: broken() }),
  ]);
  expect(outcomes.map(({ verdict }) => verdict)).toEqual([
    "broken",
    // A narrower fault does not explain a wider one.
    "broken",
    "skipped",
    "skipped",
    "broken",
    "broken",
  ]);
  expect(outcomes[2]).toEqual({
    verdict: "skipped",
    reason: "not judged: replies are lost, as suite/first found; nothing more was seen here",
  });
});

test("what was late is not judged by a process that was held up for as long itself, but what was later is", async () => {
  const heldUp = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const until = performance.now() + 80;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const late = (late_ms: number): Verdict => ({ ...BROKEN, found: "300 ms", late_ms });
  const { outcomes } = await run([
    check(heldUp, { verdict: late(50) }),
    check(heldUp, { name: "two", verdict: late(3_600_000) }),
  ]);
  expect(outcomes[0]).toMatchObject({
    verdict: "could-not-run",
    reason: expect.stringMatching(
      /^300 ms: 50 ms over its limit, and this process itself was held up for \d+ ms meanwhile$/,
    ),
  });
  expect(outcomes[1]).toMatchObject({ verdict: "broken", late_ms: 3_600_000 });
});

test("each verdict is reported with its claim and its evidence, and counted", async () => {
  const { report } = await run([check(), check(undefined, { name: "two", verdict: BROKEN })]);
  expect(report).toMatchObject({
    suite: {
      name: "suite",
      title: "A suite.",
      counts: { holds: 1, broken: 1, flaky: 0, skipped: 0, could_not_run: 0 },
    },
    left_behind: [],
    results: [
      {
        id: "suite/one",
        claim: "one is so",
        why: "because",
        look_at: "there",
        attempts: 1,
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
    { type: "suite-started", suite: { name: "suite", title: "A suite.", checks: 2 } },
    { type: "check-started", id: "suite/one", claim: "one is so" },
    { type: "check-ended", result: report.results[0] },
    { type: "check-started", id: "suite/two", claim: "two is so" },
    { type: "check-ended", result: report.results[1] },
    { type: "suite-ended", suite: report.suite },
  ]);
});

test("a check whose needs are not met is skipped with the reason, and not run", async () => {
  const needs = ["show rows", "show prompts", "sing"];
  const { outcomes, report } = await run([check(fails, { needs })], {
    capabilities: new Set(["show prompts"]),
  });
  expect(outcomes).toEqual([{ verdict: "skipped", reason: "this target cannot show rows and sing" }]);
  expect(report.suite.counts).toMatchObject({ holds: 0, skipped: 1 });
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
  const { outcomes } = await run([check(), interrupted, check(fails)], { signal: interrupt.signal });
  expect(outcomes).toEqual([HOLDS, { verdict: "could-not-run", reason: "interrupted" }]);
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

/** A check that is broken this many times, and then holds. */
function brokenFor(times: number): Check<string, never> {
  let made = 0;
  return defineCheck<string, number>({
    ...{ id: "suite/unsteady", claim: "c", why: "w", lookAt: "l", needs: [] },
    collect: async () => {
      made += 1;
      return made;
    },
    judge: (attempt) => (attempt > times ? HOLDS : BROKEN),
  });
}

test("a check that holds only when it is tried again is flaky, and never counted as held", async () => {
  const { report, outcomes } = await run([brokenFor(2)], { retries: 3 });
  expect(outcomes).toEqual([{ verdict: "flaky", first: BROKEN, seen: "it" }]);
  expect(report.results[0]).toMatchObject({ attempts: 3, evidence: 3 });
  expect(report.suite.counts).toMatchObject({ holds: 0, broken: 0, flaky: 1 });
});

test("a check that stays broken is so after all retries", async () => {
  const { report, outcomes } = await run([brokenFor(9)], { retries: 2 });
  expect(outcomes).toEqual([BROKEN]);
  expect(report.results[0]).toMatchObject({ attempts: 3 });
});

test("a retry collects shared evidence anew, and later checks get what was shared first", async () => {
  let collected = 0;
  const sharing = (verdictOf: (evidence: number) => Verdict): Check<string, never> =>
    defineCheck<string, number>({
      ...{ id: "suite/sharing", claim: "c", why: "w", lookAt: "l", needs: [] },
      collect: ({ share }) =>
        share("the evidence", async () => {
          collected += 1;
          return collected;
        }),
      judge: verdictOf,
    });
  const { report } = await run([sharing((seen) => (seen > 1 ? HOLDS : BROKEN)), sharing(() => HOLDS)], {
    retries: 1,
  });
  expect(report.results.map(({ evidence }) => evidence)).toEqual([2, 1]);
});

test("chance follows from the seed, the check and the name, and from nothing else", async () => {
  const drawing = (name: string): Check<string, never> =>
    check(async ({ canary, random }) => [canary("a"), canary("b"), random("n", 10)], { name });
  const draw = async (seed: string) => {
    const { report } = await run([drawing("one"), drawing("two")], { seed });
    return report.results.map(({ evidence }) => evidence);
  };
  const [first, again, other] = [await draw("1"), await draw("1"), await draw("2")];
  expect(again).toEqual(first);
  expect(new Set([first, other].flat(2).filter((word) => typeof word === "string")).size).toBe(8);
});

/** Holds this process up, as a machine that is busy does. */
async function heldUp(): Promise<void> {
  // Seen only by a loop that goes on.
  await new Promise((resolve) => setTimeout(resolve, 10));
  const until = performance.now() + 120;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A check that was late the first time it looked, and notes by which word it looked. */
function late(isTimed: boolean, words: string[]): Check<string, never> {
  const judge = (isLate: boolean): Verdict => (isLate ? BROKEN : HOLDS);
  return defineCheck<string, boolean>({
    ...{ id: "suite/late", claim: "it is in time", why: "because", lookAt: "there", needs: [], isTimed },
    async collect({ canary }) {
      words.push(canary("word"));
      await heldUp();
      return words.length === 1;
    },
    judge,
  });
}

test("what was late while this process was held up is timed again, by other words, and holds", async () => {
  const words: string[] = [];
  const { report } = await run([late(true, words)]);
  expect(report.results).toMatchObject([{ attempts: 1, outcome: HOLDS }]);
  expect(new Set(words).size).toBe(2);
});

test("evidence that was shared counts as disturbed where it was collected so", async () => {
  const words: string[] = [];
  const share = async ({ share, canary }: Context): Promise<boolean> =>
    await share("lateness", async () => {
      words.push(canary("word"));
      await heldUp();
      return words.length === 1;
    });
  const second = defineCheck<string, boolean>({
    ...{
      id: "suite/late",
      claim: "it is in time",
      why: "because",
      lookAt: "there",
      needs: [],
      isTimed: true,
    },
    collect: share,
    judge: (isLate) => (isLate ? BROKEN : HOLDS),
  });
  const { outcomes } = await run([check(share), second]);
  expect(outcomes).toEqual([HOLDS, HOLDS]);
  expect(words).toHaveLength(2);
});

test("what is not timed is judged as it was seen, also while this process was held up", async () => {
  const { outcomes } = await run([late(false, [])]);
  expect(outcomes).toEqual([BROKEN]);
});

test("on a target that ends with the suite nothing is undone", async () => {
  const undone: string[] = [];
  const made = check(async ({ defer }) => defer("it", async () => void undone.push("it")));
  const settings = { deadlineMs: 10_000, retries: 0, seed: "1", signal: new AbortController().signal };
  const open = { target: "the target", capabilities: new Set<string>(), isDisposable: true };
  const report = await runSuite({ name: "s", title: "S.", checks: [made] }, open, settings, () => undefined);
  expect([report.left_behind, undone]).toEqual([[], []]);
});
