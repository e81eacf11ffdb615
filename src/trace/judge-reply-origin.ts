import { duration, quotedText, sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import { comparableHopBehind, replyRequestOf, toldPasses } from "./hop-passes.ts";
import { type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import type { HopObservation, HopPass, TraceObservations } from "./trace-report.ts";

/** A reply for which the hop behind takes less than this is at once anyway, in milliseconds. */
const SHORTEST_WRITING_MS = 150;

/** What is whole in less than this part of the time that the hop behind takes for as much was not written there. */
const TOO_SOON_SHARE = 0.5;

/** Whether a hop's replies are its own words, or copies, in place of what the engine writes. */
export function judgeReplyOrigin(trace: TraceObservations): JudgedTrace {
  return judgeEachHop(trace, (hop) => {
    const behind = comparableHopBehind(trace, hop);
    const [pass] = toldPasses(hop);
    if (behind === undefined || pass === undefined || !isWrittenHere(hop, behind)) return {};
    const title = HOP_TITLES[hop.hop];
    const asked = pass.engine_requests === null ? "" : ", and the record shows nothing that it was asked";
    const takes = duration(quickestWriting(pass, behind));
    return {
      finding: {
        hop: hop.hop,
        kind: "not_from_engine",
        sentence: `${sentence(title)} answers without the engine: ${quotedText(pass.text)} was whole ${duration(pass.last_token_ms ?? 0)} after the message, for which ${HOP_TITLES[behind.hop]} takes ${takes}${asked}.`,
        next: hop.hop === "proxy" ? null : `stack logs ${hop.hop}`,
      },
    };
  });
}

/** Whether every reply of a hop was whole sooner than the hop behind can have written it. */
export function isWrittenHere(hop: HopObservation, behind: HopObservation): boolean {
  return toldPasses(hop).every((pass) => {
    const least = quickestWriting(pass, behind);
    const isEngines = replyRequestOf(pass) !== undefined || pass.timings !== null;
    const isTooSoon = (pass.last_token_ms ?? 0) < least * TOO_SOON_SHARE;
    return !isEngines && least >= SHORTEST_WRITING_MS && isTooSoon;
  });
}

/** How long the hop behind takes for as much text as this, at its quickest, in milliseconds. */
function quickestWriting(pass: HopPass, behind: HopObservation): number {
  return Math.min(...toldPasses(behind).map((source) => spreadOf(source) * shareOf(pass, source)));
}

/** From the first piece of text to the last, in milliseconds. */
export function spreadOf({ first_token_ms, last_token_ms }: HopPass): number {
  return (last_token_ms ?? 0) - (first_token_ms ?? 0);
}

/** How much of the other's text a pass has; at most all of it. */
export function shareOf(pass: HopPass, source: HopPass): number {
  return Math.min(1, pass.text.length / source.text.length);
}
