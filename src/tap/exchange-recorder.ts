import { withoutSecretHeader, withoutSecretQuery } from "../text/secret-names.ts";
import { withoutSecretBodies } from "./hide-secret-fields.ts";
import type { RecordedChunk, RecordedExchange } from "./recorded-exchange.ts";

/** How many exchanges are kept, the newest. */
const KEPT_EXCHANGES = 2_000;

/** This much of one direction is kept, in bytes: enough for any chat, and no flood. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** This much is kept of all together, in bytes: a tap may stand in front of an engine for weeks. */
const KEPT_BYTES_TOGETHER = 64 * 1024 * 1024;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
type Direction = "request" | "response";

interface MutablePart {
  headers: Record<string, string>;
  chunks: RecordedChunk[];
  bytes: number;
}

type Recording = { -readonly [Key in keyof RecordedExchange]: RecordedExchange[Key] } & Record<
  Direction,
  MutablePart
>;

/** The entry of one exchange, for the proxy that writes it. */
export interface OpenExchange {
  passed(direction: Direction, bytes: Buffer): void;
  answered(status: number, headers: Headers): void;
  /** Only the first end counts. */
  ended(how: Exclude<RecordedExchange["ended"], "running">): void;
}

/** Keeps what passed through a tap, without its secrets. */
export class ExchangeRecorder {
  /** As `Date.now()` tells it. */
  readonly beganAt = Date.now();
  readonly #start = performance.now();
  /** Oldest first. One that is dropped while it still runs is kept no more, whatever comes of it. */
  readonly #exchanges = new Set<Recording>();
  readonly #onEnded: (exchange: RecordedExchange) => void;
  #lastId = 0;
  /** Of all that are kept together. */
  #bytes = 0;

  constructor(onEnded: (exchange: RecordedExchange) => void = () => undefined) {
    this.#onEnded = onEnded;
  }

  begin(method: string, path: string, headers: Headers): OpenExchange {
    this.#lastId += 1;
    const recording: Recording = {
      id: this.#lastId,
      method,
      path: withoutSecretQuery(path),
      request: partOf(headers),
      began_ms: this.#now(),
      status: null,
      response: partOf({}),
      answered_ms: null,
      ended: "running",
      ended_ms: null,
    };
    this.#exchanges.add(recording);
    this.#dropOldest();
    return {
      passed: (direction, bytes) => this.#keep(recording, recording[direction], bytes),
      answered: (status, answerHeaders) => {
        recording.status = status;
        recording.answered_ms = this.#now();
        recording.response.headers = partOf(answerHeaders).headers;
      },
      ended: (how) => this.#end(recording, how),
    };
  }

  /** Ends what still runs, such as a stream that is open for all replies: it is told, too. */
  close(): void {
    for (const recording of this.#exchanges) this.#end(recording, "tap-closed");
  }

  /** The id of the newest exchange; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The exchanges with an id above this one, oldest first. */
  after(id: number): readonly RecordedExchange[] {
    return [...this.#exchanges]
      .filter((exchange) => exchange.id > id)
      .map((exchange) => (exchange.ended === "running" ? withoutSecretBodies(exchange) : exchange));
  }

  #end(recording: Recording, how: Exclude<RecordedExchange["ended"], "running">): void {
    if (recording.ended !== "running") return;
    recording.ended = how;
    recording.ended_ms = this.#now();
    Object.assign(recording, withoutSecretBodies(recording));
    this.#onEnded(recording);
  }

  #keep(recording: Recording, part: MutablePart, bytes: Buffer): void {
    if (part.bytes < KEPT_BYTES && this.#exchanges.has(recording)) {
      part.chunks.push({ at_ms: this.#now(), latin1: bytes.toString("latin1") });
      this.#bytes += bytes.length;
      this.#dropOldest();
    }
    part.bytes += bytes.length;
  }

  /** Until what is left is within the limits. */
  #dropOldest(): void {
    for (const oldest of this.#exchanges) {
      if (this.#exchanges.size <= KEPT_EXCHANGES && this.#bytes <= KEPT_BYTES_TOGETHER) return;
      this.#exchanges.delete(oldest);
      this.#bytes -= keptOf(oldest.request) + keptOf(oldest.response);
    }
  }

  #now(): number {
    return Math.round((performance.now() - this.#start) * 100) / 100;
  }
}

function partOf(headers: Headers): MutablePart {
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    withoutSecretHeader(name, String(value)),
  ]);
  return { headers: Object.fromEntries(shown), chunks: [], bytes: 0 };
}

function keptOf({ chunks }: MutablePart): number {
  return chunks.reduce((sum, { latin1 }) => sum + latin1.length, 0);
}
