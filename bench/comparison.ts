import { setImmediate } from "node:timers/promises";
import { type Spread, spreadOf } from "./statistics.ts";

export type Unit = "ms" | "events/s" | "KiB" | "MiB" | "% of a core";

/** What one round measured: ours and the peer right after each other, so that the machine's mood is the same. */
export interface Round {
  readonly ours: number;
  readonly peer: number;
}

/** What is wished of the ratio of ours to the peer, or of ours alone. */
export interface Bound {
  readonly on: "ratio" | "ours";
  readonly side: "at most" | "at least";
  readonly value: number;
}

/** One thing that was measured beside a peer. */
export interface Comparison {
  readonly what: string;
  /** What the peer is. */
  readonly peer: string;
  readonly unit: Unit;
  readonly rounds: readonly Round[];
  readonly bound?: Bound;
}

/** A comparison as it is reported. */
export interface Row {
  readonly group: string;
  readonly what: string;
  readonly peer: string;
  readonly unit: Unit;
  readonly rounds: number;
  readonly ours: Spread;
  readonly peers: Spread;
  /** Of the rounds, each divided by itself; null where a median is not above 0. */
  readonly ratio: Spread | null;
  readonly bound: Bound | null;
  /** Null without a bound, and for a difference below 0: what is compared was lost in the machine's noise. */
  readonly met: boolean | null;
}

/** A group of measurements: one file, one name on the command line. */
export type Group = () => Promise<Comparison[]>;

/**
 * Runs rounds one after the other, after some that are thrown away: what runs first finds cold caches and
 * code that was not compiled yet.
 */
export async function measure<Result>(
  { warmUp, rounds }: { warmUp: number; rounds: number },
  round: () => Promise<Result>,
): Promise<Result[]> {
  const measured: Result[] = [];
  for (let index = 0; index < warmUp + rounds; index += 1) {
    const one = await round();
    // Rounds may do nothing but wait for a process to end: only here is Ctrl-C heard.
    await setImmediate();
    if (index >= warmUp) measured.push(one);
  }
  return measured;
}

export function toRow(group: string, { what, peer, unit, rounds, bound }: Comparison): Row {
  const ours = spreadOf(rounds.map((round) => round.ours));
  const peers = spreadOf(rounds.map((round) => round.peer));
  // A difference can come out below 0 in a single round: then there is nothing to be divided.
  const comparable = rounds.filter((round) => round.ours > 0 && round.peer > 0);
  const isRatio = ours.median > 0 && peers.median > 0 && comparable.length > 0;
  const ratio = isRatio ? spreadOf(comparable.map((round) => round.ours / round.peer)) : null;
  return {
    group,
    what,
    peer,
    unit,
    rounds: rounds.length,
    ours,
    peers,
    ratio,
    bound: bound ?? null,
    met: bound === undefined || ours.median < 0 ? null : isMet(bound, ours, ratio),
  };
}

function isMet({ on, side, value }: Bound, ours: Spread, ratio: Spread | null): boolean {
  const found = on === "ours" ? ours.median : ratio?.median;
  if (found === undefined) return false;
  return side === "at most" ? found <= value : found >= value;
}
