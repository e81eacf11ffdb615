/** The lanes of a trace's time line on a terminal. */
import { joinText, paint, type StyledText, styled, type Tone } from "../text/styled-text.ts";
import { duration } from "./finding-words.ts";
import type { HopPass } from "./trace-report.ts";

/** What a lane is drawn by. */
export interface LaneScale {
  /** Columns. */
  readonly columns: number;
  /** The last moment that is drawn. */
  readonly extent: number;
}

function columnOf(ms: number, { columns, extent }: LaneScale): number {
  return Math.min(columns - 1, Math.max(0, Math.floor((ms / extent) * (columns - 1))));
}

/** One hop's lane, a character a column: whether anything was there, and how much text came. */
export function drawLane(pass: HopPass, scale: LaneScale): StyledText {
  const end = columnOf(pass.ended_ms ?? 0, scale);
  const first = pass.first_byte_ms === null ? end : columnOf(pass.first_byte_ms, scale);
  const arrived = arrivals(pass, scale);
  const cells = Array.from({ length: end + 1 }, (_, column): StyledText => {
    const came = arrived.get(column);
    if (came !== undefined) return came;
    // The last column is the end's, unless something came with it.
    if (column === end) return styled``;
    return paint("quiet", column < first ? "·" : "─");
  });
  return joinText([...cells, pass.end === "done" ? paint("good", "●") : paint("bad", "✗")], "");
}

/** What came, by the column that it came in. */
function arrivals(pass: HopPass, scale: LaneScale): Map<number, StyledText> {
  const chars = new Map<number, number>();
  const thoughts = new Set<number>();
  for (const piece of pass.pieces) {
    const column = columnOf(piece.at_ms, scale);
    if (piece.kind === "thought") thoughts.add(column);
    else chars.set(column, (chars.get(column) ?? 0) + piece.chars);
  }
  const all = Math.max(1, pass.text.length);
  return new Map([
    ...[...thoughts].map((column) => [column, paint("quiet", "░")] as const),
    ...[...chars].map(([column, count]) => [column, markOf(count / all)] as const),
  ]);
}

/** By how much of all the text came in one column. */
function markOf(share: number): StyledText {
  if (share > 0.5) return paint("strong", "█");
  return styled`${share > 0.1 ? "▌" : "▏"}`;
}

/** A time in which somebody was busy. */
export function drawBar(from: number, to: number, scale: LaneScale, tone: Tone): StyledText {
  const [start, end] = [columnOf(from, scale), columnOf(to, scale)];
  return styled`${" ".repeat(start)}${paint(tone, "▔".repeat(Math.max(1, end - start)))}`;
}

/** Times under the lanes, as many as have room. */
export function drawAxis({ columns, extent }: LaneScale): string {
  const count = Math.max(2, Math.floor(columns / 16));
  let line = "";
  for (let index = 0; index < count; index += 1) {
    const at = Math.round((index / count) * (columns - 1));
    line = `${line.padEnd(at)}${index === 0 ? "0" : duration((index / count) * extent)}`;
  }
  const last = duration(extent);
  return line.length + last.length + 1 < columns ? line.padEnd(columns - last.length) + last : line;
}
