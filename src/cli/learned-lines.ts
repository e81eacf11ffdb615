import type { LearnedWire } from "../learn/learned-wire.ts";
import type { TriedWire } from "../learn/try-wire.ts";
import { alignColumns, paint, type StyledText, styled } from "../text/styled-text.ts";

/** What was learned from a network log, each with the bytes that it was inferred from, and what was not. */
export function learnedLines({ driver, url, talk, findings, unknown, unsayable }: LearnedWire): StyledText[] {
  const rows = findings.flatMap(({ setting, value, where, bytes }) => [
    [paint("strong", setting), value],
    ["", paint("quiet", `${where}: ${bytes}`)],
  ]);
  const missing = unknown.map(({ setting, why }) => [paint("warn", `? ${setting}`), why]);
  return [
    styled`  Said: ${paint("strong", talk.said)}`,
    styled`  Replied: ${inShort(talk.reply)}`,
    styled`  The back end is at ${url}, and is talked to by the driver ${paint("strong", driver)}.`,
    styled``,
    ...alignColumns(rows),
    ...(missing.length === 0 ? [] : [styled``, ...alignColumns(missing)]),
    ...unsayable.map(
      (what) =>
        styled`  ${paint("bad", "✗")} No description says this: ${what}. A driver in code can (contract.driver: ./driver.ts, docs/contract.md, section 8).`,
    ),
  ];
}

/** What became of the message that was sent as it was learned. */
export function triedLines({ said, reply, rows, left, problems }: TriedWire): StyledText[] {
  const heard =
    reply === null
      ? ""
      : `${inShort(reply.text)} (first text after ${Math.round(reply.first_ms ?? 0)} ms, whole after ${Math.round(reply.duration_ms)} ms${rows === null ? "" : `, ${rows} rows`})`;
  return [
    ...(reply === null || reply.first_ms === null
      ? []
      : [styled`  ${paint("good", "✓")} Tried with "${said}": ${heard}`]),
    ...problems.map((problem) => styled`  ${paint("bad", "✗")} ${problem}`),
    ...(left === null
      ? []
      : [styled`  ${paint("warn", "!")} Left at the back end: the conversation ${left}.`]),
  ];
}

function inShort(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 70 ? `${line.slice(0, 70)}…` : line;
}
