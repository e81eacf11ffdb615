import { isMerged, LUMP_REST_MS, restBetween } from "../targets/held-back-text.ts";
import { answererOf, stopBuffering } from "../targets/proxy-by-headers.ts";
import { duration, sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import { isOneModel, quickestPass, replyRequestOf, toldHopBehind, toldPasses } from "./hop-passes.ts";
import { type JudgedHop, type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import { isWrittenHere, shareOf, spreadOf } from "./judge-reply-origin.ts";
import type { HopObservation, HopPass, TraceFinding, TraceObservations } from "./trace-report.ts";

/** Text that comes within less time than this is at once, for anybody, in milliseconds. */
const SHORTEST_SPREAD_MS = 150;

/** Text spread over time behind the hop that leaves it within this fraction of that time was buffered. */
const HELD_SHARE = 0.25;

/** Moments closer than this are one, in milliseconds. */
const TOGETHER_MS = 5;

/** Whether a hop lets text go on as it comes, or holds it back. In every pass: once may be chance. */
export function judgeBuffering(trace: TraceObservations): JudgedTrace {
  return judgeEachHop(trace, (hop) => {
    const behind = toldHopBehind(trace, hop);
    const pass = quickestPass(hop);
    const source = behind && toldPasses(behind).toSorted((a, b) => spreadOf(b) - spreadOf(a))[0];
    if (behind === undefined || pass === undefined || source === undefined) return {};
    return hop.pace_untold === null
      ? judgeHop(hop, { behind, pass, source })
      : { notTold: [`Whether ${HOP_TITLES[hop.hop]} holds text back is not told: ${hop.pace_untold}.`] };
  });
}

interface ToldBehind {
  readonly behind: HopObservation;
  /** The hop's own that was quickest. */
  readonly pass: HopPass;
  /** The one behind it that was written over the longest time. */
  readonly source: HopPass;
}

function judgeHop(hop: HopObservation, { behind, pass, source }: ToldBehind): JudgedHop {
  const passes = toldPasses(hop);
  const isComparable = isOneModel(hop, behind);
  // What was not written behind it cannot have been held back from there, and another model's pace says nothing of this one's.
  if (isComparable ? isWrittenHere(hop, behind) : passes.some((each) => ownWritingTime(each) === null))
    return {};
  const wentIn = writtenOver(pass, source);
  if (wentIn < SHORTEST_SPREAD_MS) {
    const title = HOP_TITLES[hop.hop];
    const within = duration(Math.max(1, wentIn));
    return {
      notTold: [`Whether ${title} holds text back is not told: behind it, all came within ${within}.`],
    };
  }
  const isHeld = passes.every((each) => {
    const written = writtenOver(each, source);
    return written >= SHORTEST_SPREAD_MS && spreadOf(each) < written * HELD_SHARE;
  });
  // Of the passes behind it the steadiest: what held this process up in another one has merged text there.
  const steadiest = toldPasses(behind).toSorted((a, b) => momentsOf(b).length - momentsOf(a).length)[0];
  const areMerged = isComparable && passes.every((each) => isMergedIn(each, steadiest ?? source));
  const isInLumps = areMerged && passes.filter(restsBetween).length * 2 >= passes.length;
  if (isHeld || isInLumps) return { finding: findingOf(hop, pass, { behind, source, isHeld, wentIn }) };
  if (!areMerged) return {};
  const title = HOP_TITLES[hop.hop];
  return {
    notTold: [
      `Whether ${title} holds text back is not told: it came in ${momentsOf(pass).length} lumps, too near each other to tell whose they are.`,
    ],
  };
}

/**
 * For how long the text of this pass was written, in milliseconds: as the engine's record tells it, or its own
 * figures; else as the text of the hop behind was, by their lengths, because a model need not say as much again.
 */
function writtenOver(pass: HopPass, source: HopPass): number {
  // What was written before the message was taken comes at once by right: nobody could read it sooner.
  return Math.max(0, wholeTimeOf(pass, source) - (pass.accepted_ms ?? 0));
}

function wholeTimeOf(pass: HopPass, source: HopPass): number {
  return ownWritingTime(pass) ?? spreadOf(source) * shareOf(pass, source);
}

/** As the engine's record tells it, or its own figures; null where neither is told. */
function ownWritingTime(pass: HopPass): number | null {
  const { first_token_ms = null, ended_ms = null } = replyRequestOf(pass) ?? {};
  if (first_token_ms !== null && ended_ms !== null) return ended_ms - first_token_ms;
  const { reply_ms } = pass.timings ?? { reply_ms: null };
  // Thoughts are written in that time, too.
  return pass.thoughts === "" ? reply_ms : null;
}

function findingOf(
  hop: HopObservation,
  pass: HopPass,
  seen: { behind: HopObservation; source: HopPass; isHeld: boolean; wentIn: number },
): TraceFinding {
  const first = duration(pass.first_token_ms ?? 0);
  const came = seen.isHeld
    ? `came at once, ${first} after the message`
    : `came in ${momentsOf(pass).length} lumps, up to ${duration(gapOf(pass))} apart, the first after ${first}`;
  const who = answererOf(hop, pass, seen.source);
  const title = sentence(HOP_TITLES[hop.hop]);
  const sent = `what ${HOP_TITLES[seen.behind.hop]} sends over ${duration(seen.wentIn)}`;
  return {
    hop: hop.hop,
    kind: "held_back",
    sentence: `${title} holds text back: ${sent} ${came}. ${who}`.trim(),
    next: stopBuffering(pass),
  };
}

function gapOf({ longest_gap }: HopPass): number {
  return longest_gap === null ? 0 : longest_gap.to_ms - longest_gap.from_ms;
}

function momentsOf({ pieces }: HopPass): number[] {
  const moments: number[] = [];
  for (const { at_ms, kind } of pieces) {
    if (kind === "text" && at_ms - (moments.at(-1) ?? Number.NEGATIVE_INFINITY) > TOGETHER_MS)
      moments.push(at_ms);
  }
  return moments;
}

/** Whether text that came at many moments behind the hop comes at few from it. */
function isMergedIn(pass: HopPass, source: HopPass): boolean {
  return isMerged(momentsOf(pass).length, momentsOf(source).length * shareOf(pass, source));
}

/** Whether it rests between its lumps for so long that they are no chance. */
function restsBetween(pass: HopPass): boolean {
  return restBetween(momentsOf(pass).length, spreadOf(pass)) >= LUMP_REST_MS;
}
