import type { Bound, Comparison } from "./comparison.ts";
import type { Source } from "./line-up.ts";
import type { Reading } from "./peers/reader.ts";
import { quantile } from "./statistics.ts";

/** What one round read from ours, and with the same load from what ours is compared with. */
export type Readings<Ours extends Service> = Readonly<
  Record<Ours | "engine" | (typeof PEERS)[Ours], Reading>
>;

/** The least that can be done with as many services in a row. */
const PEERS = { gateway: "pass-through", hmi: "two pass-throughs" } as const satisfies Partial<
  Record<Source, Source>
>;

type Service = keyof typeof PEERS;

/** The least that HMI and gateway can do where each message is on the disk before it is acknowledged. */
const SAVING_PEER = "two pass-throughs, one saving" satisfies Source;

/** One figure of a reading: the time that a share of the waits takes at most. */
export interface Figure<Ours extends Service> {
  readonly source: Ours;
  readonly wait: keyof typeof WAITS;
  readonly share: keyof typeof SHARES;
  readonly bound?: Bound;
}

/** What a reader waits for. */
const WAITS = {
  accepted: { name: "the message accepted", timesIn: (reading: Reading) => reading.acceptedMs },
  first: { name: "time to the first token", timesIn: (reading: Reading) => reading.firstMs },
  gap: { name: "time between tokens", timesIn: (reading: Reading) => reading.gapMs },
  token: { name: "time per token", timesIn: (reading: Reading) => reading.transitMs },
} as const;

const SHARES = { P50: 0.5, P95: 0.95, P99: 0.99 } as const;

const TITLES: Readonly<Record<Source, string>> = {
  hmi: "HMI and gateway",
  gateway: "gateway",
  "pass-through": "pass-through",
  "two pass-throughs": "two pass-throughs in a row",
  "two pass-throughs, one saving": "two pass-throughs, the first of which saves the message",
  engine: "engine alone",
};

/** Ours as a reader meets it, with the engine's own time in it. */
export function besideEngine<Ours extends Service>(
  readings: readonly Readings<Ours>[],
  figure: Figure<Ours>,
): Comparison {
  return {
    ...headOf(figure),
    peer: TITLES.engine,
    rounds: readings.map((each) => ({
      ours: timeIn(each[figure.source], figure),
      peer: timeIn(each.engine, figure),
    })),
  };
}

/** What ours adds to the engine alone, beside what as many bare pass-throughs add. */
export function addedBesidePassThrough<Ours extends Service>(
  readings: readonly Readings<Ours>[],
  figure: Figure<Ours>,
): Comparison {
  return addedBeside(PEERS[figure.source], readings, figure);
}

/** The same beside two of them of which the first saves each message before it acknowledges it, and is asked by two calls. */
export function addedBesideSaving(
  readings: readonly (Readings<"hmi"> & Readonly<Record<typeof SAVING_PEER, Reading>>)[],
  figure: Figure<"hmi">,
): Comparison {
  return addedBeside(SAVING_PEER, readings, figure);
}

function addedBeside<Ours extends Service, Peer extends Source>(
  peer: Peer,
  readings: readonly Readonly<Record<Ours | "engine" | Peer, Reading>>[],
  figure: Figure<Ours>,
): Comparison {
  const { what, ...head } = headOf(figure);
  return {
    what: `${what}, added to the engine's`,
    ...head,
    peer: TITLES[peer],
    rounds: readings.map((each) => {
      const engine = timeIn(each.engine, figure);
      return {
        ours: timeIn(each[figure.source], figure) - engine,
        peer: timeIn(each[peer], figure) - engine,
      };
    }),
  };
}

/** A limit for ours, in milliseconds. */
export function atMostMs(value: number): Bound {
  return { on: "ours", side: "at most", value };
}

function headOf({
  source,
  wait,
  share,
  bound,
}: Figure<Service>): Pick<Comparison, "what" | "unit" | "bound"> {
  const what = `${TITLES[source]}, ${WAITS[wait].name}, ${share}`;
  return { what, unit: "ms", ...(bound && { bound }) };
}

function timeIn(reading: Reading, { wait, share }: Figure<Service>): number {
  return quantile(WAITS[wait].timesIn(reading), SHARES[share]);
}
