import { textOfChunks as textPassed } from "../tap/recorded-exchange.ts";
import { answerWords } from "../targets/drivers/refusal.ts";
import { failureOf, lastFact, type TimedFact, textOf, thoughtsOf } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { lateWords } from "../targets/late-reading.ts";
import type { HopPass, TracedPiece } from "./trace-report.ts";

/** What is known of a pass beside its stream. */
export interface AroundStream {
  /** From when the message was sent until its stream was asked for, in milliseconds; 0 where that is one call. */
  readonly offsetMs: number;
  readonly sentAt: string;
  readonly acceptedMs: number | null;
}

/** What a stream says of one message's way through a hop: a pure function of what was seen. */
export function readHopPass(stream: SeenStream, around: AroundStream): HopPass {
  const { offsetMs, sentAt, acceptedMs } = around;
  const { facts } = stream;
  const isDone = facts.some(({ kind }) => kind === "done");
  // A WebSocket is taken with 101, and some back ends make a message with 201. What was left before its first word was no refusal.
  const isReply = stream.status < 300 && (facts.length > 0 || stream.end === "given-up");
  const at = (ms: number | undefined): number | null =>
    ms === undefined ? null : Math.round((ms + offsetMs) * 10) / 10;
  const texts = facts.filter((fact) => fact.kind === "text");
  const thoughts = facts.filter((fact) => fact.kind === "thought");
  const usage = lastFact(stream, "usage");
  const failure = failureOf(stream);
  return {
    ...NOTHING_SEEN,
    request: withoutQuery(stream.request),
    opened_late: lateWords(stream) ?? null,
    sent_at: sentAt,
    status: stream.status,
    problem: isReply ? null : answerWords({ status: stream.status, body: stream.body ?? textPassed(stream) }),
    headers: tellingHeaders(stream.headers),
    accepted_ms: acceptedMs,
    first_byte_ms: at(stream.chunks[0]?.at_ms),
    first_thought_ms: at(thoughts[0]?.at_ms),
    first_token_ms: at(texts[0]?.at_ms),
    last_token_ms: at(texts.at(-1)?.at_ms),
    title_ms: at(facts.find(({ kind }) => kind === "title")?.at_ms),
    longest_gap: longestGap(
      texts.map(({ at_ms }) => at_ms),
      at,
    ),
    ended_ms: at(stream.duration_ms),
    end: isDone ? "done" : ENDS[stream.end],
    finish_reason: reasonIn(facts),
    text: textOf(stream),
    thoughts: thoughtsOf(stream),
    pieces: piecesIn(facts, at),
    model: lastFact(stream, "model")?.name ?? null,
    usage: usage === undefined ? null : { prompt_tokens: usage.prompt, completion_tokens: usage.completion },
    timings: lastFact(stream, "timings")?.timings ?? null,
    failure: failure === undefined ? null : { code: failure.code, message: failure.message.slice(0, 500) },
  };
}

/** A pass of which nothing was seen yet. */
export const NOTHING_SEEN: HopPass = {
  request: "",
  sent_at: "",
  status: null,
  problem: null,
  headers: {},
  accepted_ms: null,
  first_byte_ms: null,
  first_thought_ms: null,
  first_token_ms: null,
  last_token_ms: null,
  title_ms: null,
  longest_gap: null,
  ended_ms: null,
  end: null,
  finish_reason: null,
  text: "",
  thoughts: "",
  pieces: [],
  model: null,
  usage: null,
  timings: null,
  failure: null,
  row: null,
  row_problem: null,
  row_unrest: null,
  has_rows: false,
  opened_late: null,
  engine_requests: null,
};

const ENDS = { closed: "closed", cut: "cut", "given-up": "given_up" } as const;

function reasonIn(facts: readonly TimedFact[]): string | null {
  for (const fact of facts) if (fact.kind === "done" && fact.reason !== null) return fact.reason;
  return null;
}

/** Headers that show who has answered, and what it does to a stream. */
const TELLING = [
  "server",
  "via",
  "x-powered-by",
  "x-accel-buffering",
  "x-cache",
  "cf-ray",
  "content-type",
  "content-encoding",
  "content-length",
  "transfer-encoding",
  "cache-control",
];

function tellingHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    TELLING.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name].slice(0, 200)]])),
  );
}

function withoutQuery(request: string): string {
  return request.split("?")[0] ?? "";
}

type At = (ms: number | undefined) => number | null;

function longestGap(moments: readonly number[], at: At): HopPass["longest_gap"] {
  let longest = { from: 0, to: 0 };
  for (const [index, to] of moments.entries()) {
    const from = moments[index - 1] ?? to;
    if (to - from > longest.to - longest.from) longest = { from, to };
  }
  const [from_ms, to_ms] = [at(longest.from), at(longest.to)];
  return from_ms === null || to_ms === null || longest.to === 0 ? null : { from_ms, to_ms };
}

function piecesIn(facts: readonly TimedFact[], at: At): TracedPiece[] {
  const pieces: TracedPiece[] = [];
  for (const fact of facts) {
    if (fact.kind !== "text" && fact.kind !== "thought") continue;
    const at_ms = at(fact.at_ms) ?? 0;
    const last = pieces.at(-1);
    if (last !== undefined && last.at_ms === at_ms && last.kind === fact.kind) {
      pieces[pieces.length - 1] = { ...last, chars: last.chars + fact.text.length };
    } else pieces.push({ at_ms, kind: fact.kind, chars: fact.text.length });
  }
  return pieces;
}
