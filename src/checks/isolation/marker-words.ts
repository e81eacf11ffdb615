import type { Context } from "../contract-conversations.ts";
import { fewerOnRealEngine } from "../engine-workload.ts";

/** The word in a canary: the stand-in sends it as one token, so that no single token of it can hide elsewhere. */
export function wordFrom(canary: string): string {
  return canary.replace(/^canary-/, "");
}

/** How often a word is to be repeated: a model reads all of it first, and seldom follows to the letter. */
export function timesFor(context: Context, wished: number): number {
  return fewerOnRealEngine(context, 3, wished);
}

/** A request for this word this many times over, which the stand-in follows to the letter; `CANARY` finds it, too. */
export function repeatAfterMe(word: string, times: number): string {
  return `Repeat after me: ${Array.from({ length: times }, () => word).join(" ")}`;
}
