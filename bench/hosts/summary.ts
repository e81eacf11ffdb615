import { greatest } from "../statistics.ts";
import type { RoundResult } from "./round.ts";

/** What the rounds of one kind of disturbance came to. */
export interface KindSummary {
  readonly kind: string;
  readonly rounds: number;
  /** Replies by how they ended. */
  readonly endings: Readonly<Record<string, number>>;
  readonly faults: number;
  /** See {@link RoundResult}: the greatest of all rounds. */
  readonly longestGapMs: number;
  readonly brokenOffMs: number | null;
  readonly nextTextMs: number | null;
}

export function summarise(results: readonly RoundResult[]): KindSummary[] {
  const byKind = Map.groupBy(results, ({ kind }) => kind);
  return [...byKind].toSorted().map(([kind, rounds]) => {
    return {
      kind,
      rounds: rounds.length,
      endings: sum(rounds.map(({ endings }) => endings)),
      faults: rounds.reduce((count, { faults }) => count + faults.length, 0),
      longestGapMs: Math.max(...rounds.map(({ longestGapMs }) => longestGapMs)),
      brokenOffMs: greatest(rounds.flatMap(({ brokenOffMs }) => brokenOffMs ?? [])),
      nextTextMs: greatest(rounds.flatMap(({ nextTextMs }) => nextTextMs ?? [])),
    };
  });
}

function sum(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const count of counts) for (const [name, n] of Object.entries(count)) all[name] = (all[name] ?? 0) + n;
  return all;
}

/** A table in Markdown. */
export function formatSummary(kinds: readonly KindSummary[]): string {
  const seconds = (ms: number | null): string => (ms === null ? "" : `${(ms / 1_000).toFixed(1)} s`);
  const lines = kinds.map(({ kind, rounds, endings, faults, longestGapMs, brokenOffMs, nextTextMs }) =>
    [
      ...[kind, rounds, endings["complete"] ?? 0, endings["cancelled"] ?? 0],
      ...[endings["interrupted"] ?? 0, endings["error"] ?? 0, faults],
      ...[seconds(longestGapMs), seconds(brokenOffMs), seconds(nextTextMs)],
    ].join(" | "),
  );
  return [
    "| what | rounds | complete | cancelled | interrupted | error | faults | longest pause for a reader | last generation broken off after | next message's first text, at most |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines.map((line) => `| ${line} |`),
  ].join("\n");
}
