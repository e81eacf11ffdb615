import type { Distribution, LoadReport, LoadStep } from "../harness/load-report.ts";

/** `12.4`, `860`, `12.3s`: a time in milliseconds that fits into five letters; a dash where there is none. */
export function shortTime(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "-";
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(ms >= 100_000 ? 0 : 1)}s`;
  return ms < 100 ? String(Number(ms.toFixed(1))) : String(Math.round(ms));
}

/** `1 user`, `20 users`. */
export function usersInWords(users: number): string {
  return users === 1 ? "1 user" : `${users} users`;
}

/** How its users behaved, and what that means for the times. */
export function paceWords({ pace, reply_tokens, processes }: LoadReport): string {
  const every = `${pace.every_ms / 1_000} s`;
  const model =
    pace.model === "timetable"
      ? `a user's messages are due every ${every}, whatever the stack does`
      : `a user's next message is due ${every} after the reply has ended (closed model)`;
  const from = `${processes} ${processes === 1 ? "process drives" : "processes drive"} the users`;
  return `Replies of ${reply_tokens} tokens; ${from}; ${model}. Times of tokens and replies count from when a message was due.`;
}

/** Messages whose replies failed or were cut, and those that still waited when the run ended: for their turn, or their end. */
export function lossesOf({ messages: { failed, cut, unfinished, unsent } }: LoadStep): {
  readonly failed: number;
  readonly behind: number;
} {
  return { failed: failed + cut, behind: unfinished + unsent };
}

/** What is to be known of a step beside its times; none where all went well. */
export function stepNotes({ users, messages, failures, driver }: LoadStep): string[] {
  const { failed, cut, unfinished, unsent } = messages;
  const ends = [
    ...Object.entries(failures).map(([code, count]) => `failed ${count} (${code})`),
    ...(failed > 0 && Object.keys(failures).length === 0 ? [`failed ${failed}`] : []),
    ...(cut > 0 ? [`cut ${cut}`] : []),
    ...(unfinished > 0 ? [`not finished ${unfinished}`] : []),
    ...(unsent > 0 ? [`still to be sent ${unsent}`] : []),
  ];
  const who = usersInWords(users);
  return [
    ...(ends.length > 0 ? [`${who}: of ${messages.due} messages, ${ends.join(", ")}`] : []),
    ...(driver.is_held_up
      ? [
          `${who}: the processes that drove them were held up themselves (P95 ${driver.late_p95_ms} ms late, ${Math.round(driver.cpu * 100)} % of a core): these times are not the target's`,
        ]
      : []),
  ];
}

/** The times that reports show, by what people call them. */
export const SHOWN_TIMES = [
  ["accepted", "accepted_ms"],
  ["first token", "first_token_ms"],
  ["between tokens", "gap_ms"],
  ["whole reply", "reply_ms"],
  ["waited to send", "wait_ms"],
  ["the engine's first token", "engine_first_token_ms"],
  ["the rest of the first token", "other_first_token_ms"],
] as const satisfies readonly (readonly [string, keyof LoadStep])[];

/** The percentiles that reports show. */
export const SHOWN_PERCENTILES = [
  ["P50", "p50"],
  ["P75", "p75"],
  ["P90", "p90"],
  ["P95", "p95"],
  ["P99", "p99"],
  ["P99.9", "p99_9"],
  ["max", "max"],
] as const satisfies readonly (readonly [string, keyof Distribution])[];
