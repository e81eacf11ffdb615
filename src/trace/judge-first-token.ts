import { duration, quotedText, sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import {
  firstPieceMs,
  isOneModel,
  isWholePass,
  replyRequestOf,
  toldHopBehind,
  toldPasses,
} from "./hop-passes.ts";
import { type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import type {
  HopObservation,
  HopPass,
  TracedEngineRequest,
  TraceFinding,
  TraceObservations,
} from "./trace-report.ts";

/** What is shorter is nobody's complaint, on a machine that does other things too, in milliseconds. */
const LEAST_MS = 250;

/** What an engine is asked before counts from this part of the time to the first token. */
const LEAST_SHARE = 0.2;

/** Where the engine's share is only known from asking it directly, a hop must add this part of it. */
const UNSURE_SHARE = 0.5;

/** Whether a hop adds to the time to the first token, and by what. In every pass: once may be chance. */
export function judgeHopFirstToken(trace: TraceObservations): JudgedTrace {
  return judgeEachHop(trace, (hop) => {
    const behind = toldHopBehind(trace, hop);
    const passes = toldPasses(hop);
    if (behind === undefined || passes.length === 0) return {};
    // Where words come only when they are asked for, or all at the end, the first one was there before it came.
    const delay = hop.pace_untold === null ? judgeDelay(trace, hop, behind) : undefined;
    return { finding: judgeAskedBefore(hop, passes) ?? judgeQueue(hop, passes, behind) ?? delay };
  });
}

/** The time to the first token of the pass that was quickest, and the engine's share of it. */
export interface FirstToken {
  readonly totalMs: number;
  /** By the record of what reached it, else by its own figures in the reply, else as it took when asked directly. */
  readonly engineMs: number | null;
}

/** What a hop's first token took; undefined where none came. */
export function firstTokenOf(trace: TraceObservations, hop: HopObservation): FirstToken | undefined {
  const all = toldPasses(hop).flatMap((pass) => {
    const totalMs = firstPieceMs(pass);
    if (totalMs === null) return [];
    const engineMs = engineShareOf(pass) ?? directShare(trace, hop);
    // Another reply's share, of an engine that was slower then, is none of this one's.
    return [{ totalMs, engineMs: engineMs !== null && engineMs > totalMs ? null : engineMs }];
  });
  return all.toSorted((a, b) => a.totalMs - b.totalMs)[0];
}

/** A pass of less than this is no trouble to repeat, in milliseconds. */
const LONG_PASS_MS = 3_000;

/**
 * Whether a pass that took long itself shows what its first token waited for: the engine was seen to be asked something else
 * before, or a title was told while the reply was in its queue. That is no chance, and would take as long again.
 */
export function isWaitExplained(pass: HopPass): boolean {
  const first = firstPieceMs(pass);
  if (first === null || !isWholePass(pass) || (pass.ended_ms ?? 0) < LONG_PASS_MS) return false;
  const isTitle = isTitledFirst(pass) && (pass.timings?.queue_ms ?? 0) >= first * UNSURE_SHARE;
  return isTitle || timeSpent(askedBefore(pass)) >= first * UNSURE_SHARE;
}

function judgeAskedBefore({ hop }: HopObservation, passes: readonly HopPass[]): TraceFinding | undefined {
  const each = passes.map((pass) => ({ pass, before: askedBefore(pass) }));
  const isAlways = each.every(({ pass, before }) => {
    const spent = timeSpent(before);
    return spent >= LEAST_MS / 2 && spent >= (firstPieceMs(pass) ?? 0) * LEAST_SHARE;
  });
  const quickest = each.toSorted((a, b) => (firstPieceMs(a.pass) ?? 0) - (firstPieceMs(b.pass) ?? 0))[0];
  const [other] = quickest?.before ?? [];
  if (!isAlways || quickest === undefined || other === undefined) return undefined;
  const more = quickest.before.length > 1 ? ` and ${quickest.before.length - 1} more` : "";
  const way = hop === "engine" ? "The engine" : `By way of ${HOP_TITLES[hop]} the engine`;
  return {
    hop,
    kind: "asked_before",
    sentence: `${way} was asked something else before: first token after ${duration(firstPieceMs(quickest.pass) ?? 0)}, of which ${duration(timeSpent(quickest.before))} for ${wordsFor(other)}${more}.`,
    next: "stack tap shows every request that reaches the engine",
  };
}

/** A request by the words that were asked in it, else by what else is known of it. */
function wordsFor({ asked, messages }: TracedEngineRequest): string {
  if (asked.trim() !== "") return quotedText(asked);
  return messages === null
    ? "a request without words"
    : `a request of ${messages} messages, none of them a person's`;
}

/**
 * What the engine had answered before the reply's first token, and was asked before the reply. What took longer than that first
 * token is not it, whatever the order of the requests: the one that counts as the reply's may be another's.
 */
function askedBefore(pass: HopPass): TracedEngineRequest[] {
  const requests = pass.engine_requests ?? [];
  const firstMs = firstPieceMs(pass) ?? Number.POSITIVE_INFINITY;
  const at = requests.findIndex(({ purpose }) => purpose === "reply");
  const reply = requests[at];
  if (reply === undefined) return [];
  const before = requests.slice(0, at).filter(({ purpose, from_ms, ended_ms }) => {
    if (purpose !== "other" || ended_ms === null) return false;
    if (from_ms === null || reply.from_ms === null) return true;
    const replyMs = reply.from_ms + (reply.first_token_ms ?? Number.POSITIVE_INFINITY);
    return from_ms + ended_ms <= Math.min(replyMs, firstMs);
  });
  return timeSpent(before) <= firstMs ? before : [];
}

/** For how long the engine was busy with any of these, in milliseconds: two at a time take no longer than one. */
function timeSpent(requests: readonly TracedEngineRequest[]): number {
  let spent = 0;
  let until = 0;
  for (const { from_ms, ended_ms } of requests.toSorted((a, b) => (a.from_ms ?? 0) - (b.from_ms ?? 0))) {
    const from = from_ms ?? until;
    const end = from + (ended_ms ?? 0);
    spent += Math.max(0, end - Math.max(from, until));
    until = Math.max(until, end);
  }
  return spent;
}

/** The engine let the request wait, by its own figures: whose doing that is, only a record tells. */
function judgeQueue(
  { hop }: HopObservation,
  passes: readonly HopPass[],
  behind: HopObservation,
): TraceFinding | undefined {
  const queueOf = ({ timings }: HopPass): number => timings?.queue_ms ?? 0;
  const least = Math.min(...passes.map(queueOf));
  const usual = Math.min(...toldPasses(behind).map(queueOf));
  const pass = passes.find((each) => queueOf(each) === least);
  const total = pass === undefined ? null : firstPieceMs(pass);
  // No part of a time is longer than it: such figures are another reply's.
  if (total === null || least > total) return undefined;
  if (least - usual < LEAST_MS || least < total * LEAST_SHARE) return undefined;
  const isRecorded = pass?.engine_requests !== null;
  const waits = `By way of ${HOP_TITLES[hop]} the request waits ${duration(least)} in the engine's queue: first token after ${duration(total)}.`;
  return {
    hop,
    kind: "queued",
    sentence: isRecorded ? waits : `${waits} ${unrecordedQueue(passes, pass)}`,
    next: isRecorded ? null : "stack tap in front of the engine shows what it is asked",
  };
}

/** What is known of a queue that no record tells of. */
function unrecordedQueue(passes: readonly HopPass[], pass: HopPass | undefined): string {
  return passes.every(isTitledFirst)
    ? `It is asked for a title first: that was told ${duration(pass?.title_ms ?? 0)} after the message, before the reply began.`
    : "What the engine did meanwhile is not told without a tap.";
}

/** Whether the conversation had its title before the reply had begun: a title is asked of an engine, too. */
function isTitledFirst(pass: HopPass): boolean {
  return pass.title_ms !== null && pass.title_ms < (firstPieceMs(pass) ?? 0);
}

function judgeDelay(
  trace: TraceObservations,
  hop: HopObservation,
  behind: HopObservation,
): TraceFinding | undefined {
  const here = leastOwn(trace, hop);
  const there = leastOwn(trace, behind);
  if (here === undefined || there === undefined || !isOneModel(hop, behind)) return undefined;
  const added = here.ownMs - there.ownMs;
  const least = here.isMeasured ? LEAST_MS : Math.max(LEAST_MS, (here.engineMs ?? 0) * UNSURE_SHARE);
  if (added < least) return undefined;
  const accepted = here.pass.accepted_ms ?? 0;
  const where = accepted > added / 2 ? ` (${duration(accepted)} until it took the message)` : "";
  const engine = here.engineMs === null ? "" : `, of which the engine ${duration(here.engineMs)}`;
  return {
    hop: hop.hop,
    kind: "delay",
    sentence: `${sentence(HOP_TITLES[hop.hop])} adds the delay: ${duration(added)} more than ${HOP_TITLES[behind.hop]}${where}; first token after ${duration(firstPieceMs(here.pass) ?? 0)}${engine}.`,
    next: hop.hop === "proxy" ? null : `stack logs ${hop.hop}`,
  };
}

interface OwnTime {
  readonly pass: HopPass;
  /** Of the time to the first token what is not the engine's. */
  readonly ownMs: number;
  readonly engineMs: number | null;
  /** Whether the engine's share is of this very reply. */
  readonly isMeasured: boolean;
}

function leastOwn(trace: TraceObservations, hop: HopObservation): OwnTime | undefined {
  const all = toldPasses(hop).flatMap((pass): OwnTime[] => {
    const total = firstPieceMs(pass);
    if (total === null) return [];
    const share = engineShareOf(pass);
    const engineMs = share ?? directShare(trace, hop);
    // Another reply's share, or that of an engine that was slower then, tells nothing of this one.
    if (engineMs !== null && engineMs > total) return [];
    return [{ pass, ownMs: total - (engineMs ?? 0), engineMs, isMeasured: share !== undefined }];
  });
  return all.toSorted((a, b) => a.ownMs - b.ownMs)[0];
}

/** By what reached it, else by its own figures; undefined where neither is told. */
function engineShareOf(pass: HopPass): number | undefined {
  const recorded = replyRequestOf(pass)?.first_token_ms;
  if (recorded !== undefined && recorded !== null) return recorded;
  if (pass.timings === null) return undefined;
  const { queue_ms, load_ms, prompt_ms } = pass.timings;
  return (queue_ms ?? 0) + (load_ms ?? 0) + (prompt_ms ?? 0);
}

/** What the engine took when it was asked directly for the same model, at its quickest. */
function directShare({ hops }: TraceObservations, asked: HopObservation): number | null {
  const engine = hops.find(({ hop }) => hop === "engine");
  const all =
    engine === undefined || !isOneModel(asked, engine)
      ? []
      : toldPasses(engine).flatMap((pass) => firstPieceMs(pass) ?? []);
  return all.length === 0 ? null : Math.min(...all);
}
