import type { Call, Generation, Stream } from "./evidence-schemas.ts";
import type { EvidenceScene } from "./read-evidence.ts";

/** A scene on one clock. All times are milliseconds since the stream was asked for. */
export interface Timing {
  /** The last moment that is drawn; above 0. */
  readonly extent: number;
  readonly gap: Gap;
  readonly cancels: readonly TimedCall[];
  readonly bars: readonly Bar[];
  /**
   * False where by the clocks the engine did nothing meanwhile: the stream is of a reply that had ended, or the engine's
   * clock is not set like the client's. Bars then begin with the request.
   */
  readonly isEngineTimed: boolean;
}

export interface TimedCall {
  readonly at: number;
  readonly call: Call;
}

/** The longest time in which the client saw no event; heartbeats do not end it. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly heartbeats: number;
}

/** One generation of the engine. */
export interface Bar {
  readonly from: number;
  readonly firstToken: number | undefined;
  /** Undefined where it had not ended. */
  readonly to: number | undefined;
  readonly generation: Generation;
}

/** More generations, or cancels, than belong to one stream; what is beyond them is not drawn. */
const MOST_BESIDE = 6;

export function timingOf({ stream, cancels, generations }: EvidenceScene): Timing {
  const meanwhile = generations.filter((generation) => isDuring(generation, stream));
  const isEngineTimed = meanwhile.length > 0;
  const shown = (isEngineTimed ? meanwhile : generations).slice(0, MOST_BESIDE);
  const zero = isEngineTimed ? stream.sent_at : Math.min(...shown.map(({ started_at }) => started_at));
  const bars = shown.map((generation) => barOf(generation, zero));
  const timed = cancels.flatMap((call) => timeCall(call, stream)).slice(0, MOST_BESIDE);
  return {
    extent: Math.max(stream.duration_ms, ...timed.map(({ at }) => at), ...bars.map(lastMoment), SHORTEST),
    gap: longestGap(stream),
    cancels: timed,
    bars,
    isEngineTimed,
  };
}

/** Something has to be divided by. */
const SHORTEST = 0.01;

/** Nothing where the call was before the stream. */
function timeCall(call: Call, { sent_at }: Stream): TimedCall[] {
  return call.sent_at < sent_at ? [] : [{ at: call.sent_at - sent_at, call }];
}

function isDuring({ started_at, ended_at }: Generation, { sent_at, duration_ms }: Stream): boolean {
  return started_at <= sent_at + duration_ms && (ended_at === null || ended_at >= sent_at);
}

function barOf(generation: Generation, zero: number): Bar {
  const { started_at, first_token_at, ended_at } = generation;
  // What began in the same millisecond may seem to have begun before it.
  const since = (moment: number): number => Math.max(0, moment - zero);
  return {
    from: since(started_at),
    firstToken: first_token_at === null ? undefined : since(first_token_at),
    to: ended_at === null ? undefined : since(ended_at),
    generation,
  };
}

function lastMoment({ from, firstToken, to }: Bar): number {
  return Math.max(from, firstToken ?? 0, to ?? 0);
}

function longestGap({ events, comments_ms, duration_ms }: Stream): Gap {
  let longest = { from: 0, to: 0 };
  let from = 0;
  for (const to of [...events.map(({ at_ms }) => at_ms), duration_ms]) {
    if (to - from > longest.to - longest.from) longest = { from, to };
    from = to;
  }
  const inside = comments_ms.filter((at) => at > longest.from && at < longest.to);
  return { ...longest, heartbeats: inside.length };
}
