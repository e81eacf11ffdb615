import { type Check, CouldNotRun } from "./define-check.ts";
import { type EventLoopStalls, waitForIdleEventLoop, watchEventLoop } from "./event-loop-stalls.ts";
import { explainNoVerdict, type JudgedCheck, judgeEvidence } from "./judge-evidence.ts";
import { recordingSteps, type Step } from "./record-steps.ts";
import { seededRandomOf } from "./run-seed.ts";
import type { OpenTarget, RunSettings } from "./run-settings.ts";
import { MissingEndpoint } from "./target-errors.ts";
import type { Teardown } from "./teardown.ts";

/** Evidence that several checks judge, with how much this process was held up meanwhile, and what was done for it. */
interface SharedCollection {
  readonly collected: Promise<Pick<EventLoopStalls, "heldUpMs"> & { readonly result: unknown }>;
  readonly steps: readonly Step[];
}

/** By its name. */
export type SharedEvidence = Map<string, SharedCollection>;

/** What a check is run with. */
export interface CheckRun<Target> {
  readonly open: OpenTarget<Target>;
  readonly settings: RunSettings;
  readonly shared: SharedEvidence;
  readonly teardown: Teardown;
}

interface Attempt extends JudgedCheck {
  /** For how long at most this process was held up meanwhile, in milliseconds. */
  readonly heldUpMs: number;
}

/**
 * Tries a check, as often as it is called: each time by other canaries, and with evidence of its own. What a
 * check that times things saw late, while this process was held up, does not count. Throws {@link MissingEndpoint}.
 */
export function attemptsOf<Target>(
  check: Check<Target, never>,
  run: CheckRun<Target>,
): () => Promise<JudgedCheck> {
  let attempts = 0;
  const attempt = async (): Promise<Attempt> => {
    attempts += 1;
    if (attempts === 1) return await attemptOnce(check, run);
    const seed = `${run.settings.seed}-${attempts}`;
    return await attemptOnce(check, { ...run, settings: { ...run.settings, seed }, shared: new Map() });
  };
  return () => tryUndisturbed(check, run.settings.signal, attempt);
}

/** What takes longer than this is no longer the check's own work, in milliseconds: a stack in this process is 30. */
const DISTURBED_MS = 50;

/** How often a check that times things is tried while this process is disturbed. */
const DISTURBED_ATTEMPTS = 4;

/** A calm moment is waited for this long before the next, in milliseconds. */
const CALM_PATIENCE_MS = 2_000;

/** What has taken as long as this is not tried again: its own waits are longer than any disturbance. In milliseconds. */
const PATIENCE_MS = 10_000;

async function tryUndisturbed<Target>(
  { isTimed = false }: Check<Target, never>,
  signal: AbortSignal,
  attempt: () => Promise<Attempt>,
): Promise<Attempt> {
  const start = performance.now();
  for (let attempts = 1; ; attempts += 1) {
    const last = await attempt();
    // What the target does not tell, it does not tell in time either.
    const isOver = last.outcome.verdict === "holds" || last.outcome.verdict === "skipped";
    const isLate = isTimed && !isOver && last.heldUpMs > DISTURBED_MS;
    const isPatient =
      attempts < DISTURBED_ATTEMPTS && performance.now() - start < PATIENCE_MS && !signal.aborted;
    if (!isLate || !isPatient) return last;
    await waitForIdleEventLoop({ limitMs: DISTURBED_MS, patienceMs: CALM_PATIENCE_MS, signal });
  }
}

/** One try. Throws {@link MissingEndpoint}, and nothing else. */
async function attemptOnce<Target>(check: Check<Target, never>, run: CheckRun<Target>): Promise<Attempt> {
  const holdUps: number[] = [];
  const steps: Step[] = [];
  const { result, heldUpMs } = await watchEventLoop(() =>
    recordingSteps(steps, () => collectAndJudge(check, run, { holdUps, steps })),
  );
  const commands = result.outcome.verdict === "holds" ? [] : (run.open.commandsOf?.(steps) ?? []);
  const longestMs = Math.max(heldUpMs, ...holdUps);
  return {
    ...result,
    outcome: withoutOwnDelay(result.outcome, longestMs),
    ...(commands.length > 0 && { commands }),
    heldUpMs: longestMs,
  };
}

/** What was late by no more than this process was held up itself is nobody's fault that could be named. */
function withoutOwnDelay(outcome: JudgedCheck["outcome"], heldUpMs: number): JudgedCheck["outcome"] {
  if (outcome.verdict !== "broken" || outcome.late_ms === undefined || outcome.late_ms > heldUpMs)
    return outcome;
  const late = `${Math.round(outcome.late_ms)} ms over its limit`;
  const reason = `${outcome.found}: ${late}, and this process itself was held up for ${heldUpMs} ms meanwhile`;
  return { verdict: "could-not-run", reason };
}

/** What is written down while a check collects. */
interface Notes {
  readonly holdUps: number[];
  readonly steps: Step[];
}

async function collectAndJudge<Target>(
  check: Check<Target, never>,
  { open, settings, shared, teardown }: CheckRun<Target>,
  { holdUps, steps }: Notes,
): Promise<JudgedCheck> {
  const late = new CouldNotRun(`not finished after ${settings.deadlineMs / 1000} s`);
  const deadline = new AbortController();
  // The reason goes with whatever it cuts off: shared evidence that is late is so for every check.
  const timer = setTimeout(() => deadline.abort(late), settings.deadlineMs);
  try {
    const evidence = await check.collect({
      target: open.target,
      signal: AbortSignal.any([settings.signal, deadline.signal]),
      ...seededRandomOf(settings.seed, check.id),
      share: async (name, collect) => {
        const known = shared.get(name) ?? collectShared(collect);
        shared.set(name, known);
        try {
          const { result, heldUpMs } = await known.collected;
          holdUps.push(heldUpMs);
          // One name stands for one kind of evidence: the checks that share it define it together.
          return result as Awaited<ReturnType<typeof collect>>;
        } finally {
          // Whoever judges it is told how it came about, also who did not collect it.
          steps.push(...known.steps);
        }
      },
      defer: teardown.defer,
    });
    return judgeEvidence(check, evidence, open);
  } catch (error) {
    if (error instanceof MissingEndpoint) throw error;
    return { outcome: explainNoVerdict(deadline.signal.aborted ? late : error, open, settings.signal) };
  } finally {
    clearTimeout(timer);
  }
}

function collectShared(collect: () => Promise<unknown>): SharedCollection {
  const steps: Step[] = [];
  return { collected: watchEventLoop(() => recordingSteps(steps, collect)), steps };
}
