import type { IncomingHttpHeaders } from "node:http";
import { REPLICA_ID_HEADER } from "../../contract/replica-headers.ts";
import { WireError } from "../../contract/wire-error.ts";
import { messageOf, withoutStop } from "../../errors/thrown-error.ts";

/** So many heartbeats may be late, or lost in a slow moment of a machine, and not more. */
const MISSED_HEARTBEATS = 3;

/** What is known of a gateway, from all of its streams. */
export interface GatewayHabits {
  /** How often a heartbeat comes at least, in milliseconds, as far as is known. */
  readonly heartbeatMs: number;
  /** How long it may take to begin an answer, in milliseconds. */
  readonly answerMs: number;
  /** Whether it is known to send heartbeats from the first byte on, and to answer before it asks the engine (contract, section 1). */
  sendsHeartbeats: boolean;
}

/**
 * Notices that a gateway's stream has fallen silent: a host that is cut off closes no connection, and is waited for in vain. That is
 * known only of a gateway which is known to send heartbeats (contract, section 2): another one may be silent while a model loads.
 */
export class GatewaySilence {
  readonly #abort = new AbortController();
  readonly #habits: GatewayHabits;
  #heartbeatMs: number;
  #heardAt = performance.now();
  #timer: NodeJS.Timeout | undefined;

  /** @param heartbeatMs how often one comes on this stream at least, in milliseconds, where that is known better */
  constructor(habits: GatewayHabits, heartbeatMs = habits.heartbeatMs) {
    this.#habits = habits;
    this.#heartbeatMs = heartbeatMs;
  }

  /** Aborted when the stream has fallen silent. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get hasFallen(): boolean {
    return this.signal.aborted;
  }

  /** A call is sent: its answer begins soon, where the gateway is known to load no model first. */
  waitForAnswer(): void {
    if (this.#habits.sendsHeartbeats) this.#arm(this.#habits.answerMs);
  }

  /** Begins to watch a stream; one of a gateway that follows our contract at once, because it says so. */
  watch(headers: IncomingHttpHeaders): void {
    this.end();
    this.#heardAt = performance.now();
    if (headers[REPLICA_ID_HEADER] !== undefined) this.#expectHeartbeats();
  }

  /** Something has come. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#timer?.refresh();
  }

  /** A heartbeat has come: from now on they are waited for, as seldom as this gateway sends them. */
  heartbeat(): void {
    this.#heartbeatMs = Math.max(this.#heartbeatMs, performance.now() - this.#heardAt);
    this.#expectHeartbeats();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** For the next connection to the same gateway. */
  again(): GatewaySilence {
    return new GatewaySilence(this.#habits, this.#heartbeatMs);
  }

  /** @param cause why the rest of the reply is not to be had */
  error(cause: unknown): WireError {
    const message = `The gateway has said nothing for ${Math.round(this.#waitMs / 1_000)} s, and the rest of the reply is not to be had: ${withoutStop(messageOf(cause))}.`;
    return new WireError("gateway_unavailable", message, HINT, { cause });
  }

  /** @param times how often it was asked */
  unanswered(times: number): WireError {
    const seconds = Math.round(this.#habits.answerMs / 1_000);
    const message = `The gateway was asked for the reply ${times} times, and has not begun to answer in ${seconds} s.`;
    return new WireError("gateway_unavailable", message, HINT);
  }

  get #waitMs(): number {
    return MISSED_HEARTBEATS * this.#heartbeatMs;
  }

  #expectHeartbeats(): void {
    this.#habits.sendsHeartbeats = true;
    this.#arm(this.#waitMs);
  }

  #arm(ms: number): void {
    this.end();
    this.#timer = setTimeout(() => this.#abort.abort(), ms).unref();
  }
}

const HINT = "Look whether its host is reached; then have the message answered again.";
