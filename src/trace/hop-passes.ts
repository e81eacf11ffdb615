/** What is asked of the passes that were observed, and of the hops behind a hop: pure functions. */
import { isSameModelName } from "../contract/model-names.ts";
import type { HopName } from "./hop-names.ts";
import type { HopObservation, HopPass, TraceObservations } from "./trace-report.ts";

/** Whether a reply came, to its end. */
export function isWholePass({ problem, failure, end }: HopPass): boolean {
  return problem === null && failure === null && end === "done";
}

/** A silence that is no longer than this, in milliseconds, is no end on any machine. */
const LEAST_SILENCE_MS = 5_000;

/** Whether we left while text was still coming: a slow reply, of whose end nothing is known. */
export function isLeftWriting({ end, pieces, longest_gap, ended_ms }: HopPass): boolean {
  const last = pieces.at(-1);
  if (end !== "given_up" || last === undefined || ended_ms === null) return false;
  const usual = longest_gap === null ? 0 : longest_gap.to_ms - longest_gap.from_ms;
  return ended_ms - last.at_ms <= Math.max(LEAST_SILENCE_MS, 2 * usual);
}

/** Whether we left before any of the reply had come: whether it would have is not known. */
export function isLeftUnbegun({ problem, failure, end, pieces }: HopPass): boolean {
  return problem === null && failure === null && end === "given_up" && pieces.length === 0;
}

/** The passes in which a whole reply with text came. */
export function toldPasses({ passes }: HopObservation): readonly HopPass[] {
  return passes.filter((pass) => isWholePass(pass) && pass.text !== "");
}

/** The nearest hop behind this one of which a whole reply was seen. */
export function toldHopBehind(
  { hops }: TraceObservations,
  { behind }: HopObservation,
): HopObservation | undefined {
  let name: HopName | null = behind;
  while (name !== null) {
    const found = hops.find(({ hop }) => hop === name);
    if (found === undefined || toldPasses(found).length > 0) return found;
    name = found.behind;
  }
  return undefined;
}

/**
 * The same, where what it said is of the same model: only then is one hop's text, or its time, a measure for the other's.
 */
export function comparableHopBehind(
  trace: TraceObservations,
  hop: HopObservation,
): HopObservation | undefined {
  const behind = toldHopBehind(trace, hop);
  return behind !== undefined && isOneModel(hop, behind) ? behind : undefined;
}

/** Whether two hops' replies are of one model, by the engine's record, else by what they were asked for. */
export function isOneModel(hop: HopObservation, other: HopObservation): boolean {
  const [a, b] = [answeringModel(hop), answeringModel(other)];
  return a === null || b === null ? a === b : isSameModelName(a, b);
}

/** Which model it was asked of the engine, by the record, else by the hop. Null where neither tells. */
export function answeringModel(hop: HopObservation): string | null {
  const recorded = toldPasses(hop).map(replyRequestOf);
  return recorded.find((request) => request !== undefined)?.model ?? hop.model;
}

/** From one hop inwards to the engine, itself not. */
export function hopsBehind({ hops }: TraceObservations, { behind }: HopObservation): HopObservation[] {
  const found = hops.find(({ hop }) => hop === behind);
  return found === undefined ? [] : [found, ...hopsBehind({ hops } as TraceObservations, found)];
}

/** When the first piece of a reply came, be it text or a thought. */
export function firstPieceMs({ first_token_ms, first_thought_ms }: HopPass): number | null {
  if (first_token_ms === null || first_thought_ms === null) return first_token_ms ?? first_thought_ms;
  return Math.min(first_token_ms, first_thought_ms);
}

/** The pass that began to speak first: what slowed the others down is not the hop's way. */
export function quickestPass(hop: HopObservation): HopPass | undefined {
  return toldPasses(hop).toSorted((a, b) => (firstPieceMs(a) ?? 0) - (firstPieceMs(b) ?? 0))[0];
}

/** What the engine was asked for the reply of this pass. */
export function replyRequestOf({ engine_requests }: HopPass) {
  return engine_requests?.find(({ purpose }) => purpose === "reply");
}
