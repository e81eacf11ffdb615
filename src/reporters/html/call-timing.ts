import type { Call, Generation, Scene, Stream } from "./read-evidence.ts";

/** A scene on one clock. All times are milliseconds since the stream was asked for. */
export interface Timing {
  /** The last moment that is drawn; above 0. */
  readonly extent: number;
  readonly gap: Gap;
  readonly cancels: readonly TimedCall[];
  /** How many cancel calls there are of which nobody wrote down when they were sent. */
  readonly untimedCancels: number;
  readonly bars: readonly Bar[];
  /** False where nothing says how the engine's clock stands to the client's: bars then begin with the request. */
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

export function timingOf({ stream, cancels, generations }: Scene): Timing {
  const meanwhile = generations.filter((generation) => isDuring(generation, stream));
  // Where not one of them fits, the two clocks are of machines that differ.
  const start = meanwhile.length > 0 ? stream.sentAt : undefined;
  const shown = (start === undefined ? generations : meanwhile).slice(0, MOST_BESIDE);
  const zero = start ?? Math.min(...shown.map(({ startedAt }) => startedAt));
  const bars = shown.map((generation) => barOf(generation, zero));
  const timed = cancels.flatMap((call) => timeCall(call, stream)).slice(0, MOST_BESIDE);
  return {
    extent: Math.max(stream.duration, ...timed.map(({ at }) => at), ...bars.map(lastMoment), SHORTEST),
    gap: longestGap(stream),
    cancels: timed,
    untimedCancels: cancels.filter(({ sentAt }) => sentAt === undefined || stream.sentAt === undefined)
      .length,
    bars,
    isEngineTimed: start !== undefined,
  };
}

/** Something has to be divided by. */
const SHORTEST = 0.01;

/** Nothing where the call was before the stream, or where nobody knows. */
function timeCall(call: Call, { sentAt }: Stream): TimedCall[] {
  if (sentAt === undefined || call.sentAt === undefined || call.sentAt < sentAt) return [];
  return [{ at: call.sentAt - sentAt, call }];
}

function isDuring({ startedAt, endedAt }: Generation, { sentAt, duration }: Stream): boolean {
  if (sentAt === undefined) return false;
  return startedAt <= sentAt + duration && (endedAt === undefined || endedAt >= sentAt);
}

function barOf(generation: Generation, zero: number): Bar {
  const { startedAt, firstTokenAt, endedAt } = generation;
  // What began in the same millisecond may seem to have begun before it.
  const since = (moment: number): number => Math.max(0, moment - zero);
  return {
    from: since(startedAt),
    firstToken: firstTokenAt === undefined ? undefined : since(firstTokenAt),
    to: endedAt === undefined ? undefined : since(endedAt),
    generation,
  };
}

function lastMoment({ from, firstToken, to }: Bar): number {
  return Math.max(from, firstToken ?? 0, to ?? 0);
}

function longestGap({ events, heartbeats, duration }: Stream): Gap {
  let longest = { from: 0, to: 0 };
  let from = 0;
  for (const to of [...events.map(({ at }) => at), duration]) {
    if (to - from > longest.to - longest.from) longest = { from, to };
    from = to;
  }
  const inside = heartbeats.filter((at) => at > longest.from && at < longest.to);
  return { ...longest, heartbeats: inside.length };
}
