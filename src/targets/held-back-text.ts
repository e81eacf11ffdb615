/** When text that arrives was held back on its way: for whoever compares it with how it was written. */

/** What is written in less time than this tells nothing of its pace, in milliseconds. */
export const SHORTEST_TELLING_MS = 400;

/** Nor does what has fewer tokens than this. */
export const FEWEST_TELLING_TOKENS = 5;

/** Text that was written over a time and arrives within this part of it was held back. */
export const HELD_BACK_SHARE = 0.1;

/** Of text in lumps, this many moments at which it was written become one, of at least so many. */
const LUMP = 4;
const FEWEST_MOMENTS = 8;

/** Text in lumps rests for so long between them, in milliseconds: what a busy machine delays comes nearer together. */
export const LUMP_REST_MS = 50;

/** Whether text that was written at many moments arrives at few. */
export function isMerged(arrived: number, written: number): boolean {
  return written >= FEWEST_MOMENTS && arrived * LUMP <= written;
}

/** From one moment to the next, in the mean, in milliseconds. @param spreadMs from the first to the last */
export function restBetween(moments: number, spreadMs: number): number {
  return spreadMs / Math.max(1, moments - 1);
}
