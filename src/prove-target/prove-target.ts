import { messageOf } from "../errors/thrown-error.ts";
import { newSeed } from "../harness/run-seed.ts";
import { driverOf, frontOf } from "../targets/connect-chat.ts";
import type { WholeTargetUrls } from "../targets/open-target.ts";
import { judgeByChecks } from "./judge-by-checks.ts";
import { judgeByCommand } from "./judge-by-command.ts";
import { inOwnAddresses, requireUpstreams, type TapPlan, withTaps } from "./taps-before-target.ts";
import { faultOn, findTargetFaults, type TargetFault } from "./target-faults.ts";
import type { Reaction, TargetJudge } from "./target-judge.ts";
import type { Baseline, Hop, TargetFaultProof, TargetProofReport } from "./target-proof-report.ts";

export interface ProveTargetOptions {
  /** The stack. It is not restarted, and all that the checks make on it is deleted. */
  target: WholeTargetUrls;
  /** What it is called in the report, beside its URLs. */
  describeTarget?: string | undefined;
  /** Names of faults; without it, all that live on a wire. */
  faults?: readonly string[] | undefined;
  /** A command that judges in our checks' place, and the environment that it gets beside the taps' URLs. */
  command?: { readonly line: string; readonly env: NodeJS.ProcessEnv } | undefined;
  /** Where the HMI looks for its gateway, and the gateway for its engine, if a tap is to stand there. */
  listen?: TapPlan["listen"];
  /** See `RunReport.seed`. */
  seed?: string | undefined;
  /** Longest time for one check, or for one run of the command, in milliseconds; as `verify`, or a minute. */
  deadlineMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Told what holds without a fault. */
  onBaseline?: (target: string, baseline: Baseline) => void;
  /** Told of each fault before it is applied, by its name. */
  onFaultStarted?: (name: string) => void;
  /** Told of each fault as it ends. */
  onFault?: (proof: TargetFaultProof, baseline: Baseline) => void;
}

/**
 * Applies the faults that live on a wire to a running stack, by taps in front of its services, and tells which
 * of them would be noticed. Throws a UserError where a fault is not on a wire, where the stack does not answer,
 * and where it is red already without a fault.
 */
export async function proveTarget(options: ProveTargetOptions): Promise<TargetProofReport> {
  const chosen = findTargetFaults(options.target, options.faults);
  const { seed = newSeed(), deadlineMs, command } = options;
  const signal = options.signal ?? new AbortController().signal;
  const plan: TapPlan = { target: options.target, listen: options.listen ?? {} };
  requireUpstreams(plan);
  const judge =
    command === undefined
      ? judgeByChecks(options.target, chosen, { seed, deadlineMs, signal })
      : judgeByCommand(command.line, { env: command.env, deadlineMs, signal });
  const started = new Date();
  const start = performance.now();
  const target = inWords(options);
  const { baseline, left_behind } = await withTaps(plan, {}, (tapped) =>
    judge.begin(tapped).catch((error: unknown) => {
      throw signal.aborted ? error : inOwnAddresses(error, tapped.urls, options.target);
    }),
  );
  options.onBaseline?.(target, baseline);
  const leftBehind = [...left_behind];
  const proofs: TargetFaultProof[] = [];
  for (const fault of chosen) {
    options.onFaultStarted?.(fault.name);
    const tried = await unlessAborted(signal, () => tryFault(fault, plan, { judge, baseline, signal }));
    leftBehind.push(...(tried?.left_behind ?? []));
    // What was cut short shows nothing.
    if (tried === undefined || signal.aborted) break;
    proofs.push(tried.proof);
    options.onFault?.(tried.proof, baseline);
  }
  return {
    report_version: 1,
    ...{ target, seed },
    started_at: started.toISOString(),
    duration_ms: Math.round(performance.now() - start),
    ...{ baseline, faults: proofs, left_behind: leftBehind },
    interrupted: signal.aborted,
  };
}

/** Undefined where it was rejected because of the signal. */
async function unlessAborted<Result>(
  signal: AbortSignal,
  run: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  }
}

interface Tried {
  readonly proof: TargetFaultProof;
  readonly left_behind: readonly string[];
}

async function tryFault(
  fault: TargetFault,
  plan: TapPlan,
  {
    judge,
    baseline,
    signal,
  }: { readonly judge: TargetJudge; readonly baseline: Baseline; readonly signal: AbortSignal },
): Promise<Tried> {
  const start = performance.now();
  let applied = 0;
  const { hops, wire, undo, looksFor, isInVain } = faultOn(fault, plan.target, () => {
    applied += 1;
  });
  const isReachable = hops.some((hop) => hop !== "engine" || plan.listen.engine !== undefined);
  const look = (): Promise<Reaction> =>
    withTaps(plan, wire, (tapped) =>
      judge.look(tapped, fault).catch((error: unknown) => {
        signal.throwIfAborted();
        // What was found with the other faults is kept.
        const why = messageOf(inOwnAddresses(error, tapped.urls, plan.target));
        return { ...NO_REACTION, unjudged: `It could not be looked at: ${why}` };
      }),
    );
  const reaction = isReachable && isInVain !== true ? await look() : NO_REACTION;
  const inOrder = (await undo?.().catch(() => [])) ?? [];
  const { name, story, seenIn, caughtBy } = fault;
  return {
    proof: {
      ...{ name, story, seen_in: seenIn, hops },
      ...foundBy(reaction, { fault, hops, plan, baseline, applied, looksFor }),
      ...{ named: caughtBy, applied },
      duration_ms: Math.round(performance.now() - start),
    },
    left_behind: reaction.left_behind.filter((what) => !inOrder.some((id) => what.includes(id))),
  };
}

const NO_REACTION: Reaction = { caught_by: [], stopped: [], left_behind: [] };

interface Looked {
  readonly fault: TargetFault;
  readonly hops: readonly Hop[];
  readonly plan: TapPlan;
  readonly baseline: Baseline;
  readonly applied: number;
  readonly looksFor: string | undefined;
}

function foundBy(
  { unjudged, ...reaction }: Reaction,
  { fault, hops, plan, baseline, applied, looksFor }: Looked,
): Found {
  const [stopped] = applied === 0 && reaction.caught_by.length === 0 ? reaction.stopped : [];
  const why = unjudged ?? (stopped && `${stopped.id} could not look: ${stopped.reason}`);
  if (why !== undefined) {
    return { verdict: "not-judged", caught_by: [], stopped: reaction.stopped, reason: withFullStop(why) };
  }
  if (applied > 0) return noticed(reaction, unseenOn(fault, baseline));
  return notApplied(hops, plan, looksFor);
}

type Found = Pick<TargetFaultProof, "verdict" | "caught_by" | "stopped" | "reason">;

function noticed({ caught_by, stopped }: Reaction, unseen: Pick<Found, "verdict" | "reason">): Found {
  const { verdict, reason } = caught_by.length > 0 ? ({ verdict: "caught", reason: null } as const) : unseen;
  return { verdict, caught_by, stopped, reason };
}

/** What it says where nothing turns red: of what catches this fault, something must have been green. */
function unseenOn({ caughtBy }: TargetFault, baseline: Baseline): Pick<Found, "verdict" | "reason"> {
  if (baseline.judged_by === "command") return { verdict: "missed", reason: null };
  const before = baseline.not_holding.filter(({ id }) => caughtBy.includes(id));
  if (before.length < caughtBy.length) return { verdict: "missed", reason: null };
  const [notJudged] = before.filter(({ verdict }) => verdict !== "broken");
  if (notJudged === undefined) return { verdict: "there-already", reason: null };
  return { verdict: "not-judged", reason: `${notJudged.id} does not judge this stack: ${notJudged.reason}` };
}

/** What was red all the same has another reason than the fault. `looksFor`: what it would have changed. */
function notApplied(hops: readonly Hop[], { target, listen }: TapPlan, looksFor: string | undefined): Found {
  const inside = CALLERS.find(({ hop }) => hops.includes(hop) && listen[hop] === undefined);
  const isOwn = driverOf(target) === undefined;
  const reason =
    inside === undefined || !isOwn
      ? `Nothing passed that could be changed${isOwn || looksFor === undefined ? "." : `: ${looksFor}.`}`
      : `Acts on what the ${inside.caller} asks the ${inside.hop}: start the ${inside.caller} with another address of its ${inside.hop}, and give that to --${inside.hop}-tap.`;
  return { verdict: "not-applied", caught_by: [], stopped: [], reason };
}

function withFullStop(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

/** Hops inside the stack, which are open to a tap only where a service was started to call one. */
const CALLERS = [
  { hop: "gateway", caller: "HMI" },
  { hop: "engine", caller: "gateway" },
] as const;

function inWords({ target, describeTarget }: ProveTargetOptions): string {
  // Of a driver's stack one service alone is spoken to; the others' addresses are nobody's but a default's.
  const hops =
    driverOf(target) === undefined
      ? (["gateway", "hmi", "engine"] as const)
      : [frontOf(target), "engine" as const];
  const where = [...new Set(hops)].map((hop) => `${hop} ${target[hop]}`).join(", ");
  return describeTarget === undefined ? where : `${describeTarget} (${where})`;
}
