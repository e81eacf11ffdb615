import { createHash, randomInt } from "node:crypto";
import { CANARY_BYTES, canaryOf } from "../text/canary-word.ts";

/** What looks like chance and can be had again: everything follows from a seed and names. */
export interface SeededRandom {
  /** See `CollectContext.canary`. */
  canary(name: string): string;
  /** See `CollectContext.random`. */
  random(name: string, below: number): number;
}

/** The chance of one check in a run of this seed. */
export function seededRandomOf(seed: string, checkId: string): SeededRandom {
  const digest = (name: string): Buffer =>
    createHash("sha256").update(`${seed}\n${checkId}\n${name}`).digest();
  return {
    canary: (name) => canaryOf(digest(name).subarray(0, CANARY_BYTES)),
    random: (name, below) => digest(name).readUInt32BE() % below,
  };
}

/** A seed for a run that nobody gave one. */
export function newSeed(): string {
  return String(randomInt(2 ** 32));
}
