import type { Rotation } from "../logs/rotate-log.ts";

/** A flood is rotated many times a second: so far apart are the reports of one log, in milliseconds. */
const REPORT_EVERY_MS = 10_000;

type Done = Extract<Rotation, { outcome: "rotated" }>;

/** Sums up the rotations of one log, so that a flood of lines is no flood of events. */
export class RotationReport {
  #open: Done[] = [];
  #reportedAt = Number.NEGATIVE_INFINITY;

  add(rotation: Done): void {
    this.#open.push(rotation);
  }

  /** What there is to be told now, in words; undefined where there is nothing, or it is too early. */
  take(now = performance.now()): string | undefined {
    if (this.#open.length === 0 || now - this.#reportedAt < REPORT_EVERY_MS) return undefined;
    const open = this.#open;
    this.#open = [];
    this.#reportedAt = now;
    return words(open);
  }
}

function words(rotations: readonly Done[]): string {
  const sum = (of: (rotation: Done) => number): number =>
    rotations.reduce((total, one) => total + of(one), 0);
  const dropped = sum(({ droppedBytes }) => droppedBytes);
  const pausedMs = Math.round(sum((one) => one.pausedMs) * 10) / 10;
  return [
    `${sum(({ bytes }) => bytes)} bytes were put aside`,
    ...(rotations.length === 1 ? [] : [`in ${rotations.length} turns`]),
    ...(dropped === 0
      ? []
      : [`and ${dropped} bytes dropped, because it had grown beyond all that is kept of it`]),
  ]
    .join(" ")
    .concat(`; the service was stopped for ${pausedMs} ms`);
}
