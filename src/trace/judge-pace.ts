import { HOP_TITLES } from "./hop.ts";
import { answererOf, stopBuffering } from "./proxy-words.ts";
import {
  duration,
  type Judged,
  judgeEachHop,
  quickestPass,
  sentence,
  toldHopBehind,
  toldPasses,
} from "./seen-hops.ts";
import type { Finding, HopObservation, HopPass, TraceObservations } from "./trace-report.ts";

/** Text that comes within less time than this is at once, for anybody, in milliseconds. */
const SHORTEST_SPREAD_MS = 150;

/** What took its time behind a hop, and comes out of it in less than this part of it, was held back. */
const HELD_SHARE = 0.25;

/** For text in lumps: so many moments behind the hop, at least, become one, and it rests so long between, in milliseconds. */
const LUMP = 4;
const FEWEST_MOMENTS = 8;
const LUMP_REST_MS = 100;

/** Moments closer than this are one, in milliseconds. */
const TOGETHER_MS = 5;

/** Whether a hop lets text go on as it comes, or holds it back. In every pass: once may be chance. */
export function judgePace(trace: TraceObservations): Judged {
  return judgeEachHop(trace, (hop) => {
    const behind = toldHopBehind(trace, hop);
    const pass = quickestPass(hop);
    if (behind === undefined || pass === undefined) return {};
    const source = toldPasses(behind).toSorted((a, b) => spreadOf(b) - spreadOf(a))[0];
    if (source === undefined || spreadOf(source) < SHORTEST_SPREAD_MS) {
      const within = duration(source === undefined ? 0 : spreadOf(source));
      const title = HOP_TITLES[hop.hop];
      return {
        notTold: [`Whether ${title} holds text back is not told: behind it, all came within ${within}.`],
      };
    }
    const passes = toldPasses(hop);
    const isHeld = passes.every((each) => spreadOf(each) < spreadOf(source) * HELD_SHARE);
    const isInLumps = passes.every((each) => isLumpy(each, source));
    return isHeld || isInLumps ? { finding: findingOf(hop, pass, { behind, source, isHeld }) } : {};
  });
}

function findingOf(
  hop: HopObservation,
  pass: HopPass,
  { behind, source, isHeld }: { behind: HopObservation; source: HopPass; isHeld: boolean },
): Finding {
  const came = isHeld
    ? `came at once, ${duration(pass.first_token_ms ?? 0)} after the message`
    : `came in ${momentsOf(pass).length} lumps, up to ${duration(gapOf(pass))} apart, the first after ${duration(pass.first_token_ms ?? 0)}`;
  const who = answererOf(hop, pass, source);
  return {
    hop: hop.hop,
    kind: "held_back",
    sentence:
      `${sentence(HOP_TITLES[hop.hop])} holds text back: what ${HOP_TITLES[behind.hop]} sends over ${duration(spreadOf(source))} ${came}. ${who}`.trim(),
    next: stopBuffering(pass),
  };
}

/** From the first piece of text to the last. */
function spreadOf({ first_token_ms, last_token_ms }: HopPass): number {
  return (last_token_ms ?? 0) - (first_token_ms ?? 0);
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

function isLumpy(pass: HopPass, source: HopPass): boolean {
  const [came, sent] = [momentsOf(pass).length, momentsOf(source).length];
  const restMs = spreadOf(pass) / Math.max(1, came - 1);
  return sent >= FEWEST_MOMENTS && came * LUMP <= sent && restMs >= LUMP_REST_MS;
}
