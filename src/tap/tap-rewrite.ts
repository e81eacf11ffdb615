import type { IncomingHttpHeaders } from "node:http";
import type { Transform } from "node:stream";

/** Headers of an answer; a name may come several times. */
export type TappedHead = Readonly<Record<string, string | string[]>>;

/** A request as it is about to be passed on. */
export interface TappedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Every `Host` as it came; where there is one, `headers.host` is what is sent on. */
  readonly hosts: readonly string[];
  readonly body: Buffer;
}

/** An answer as its head has come from the upstream. */
export interface TappedAnswer {
  readonly request: TappedRequest;
  readonly status: number;
  readonly headers: TappedHead;
}

/** An answer that the tap gives by itself. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers?: TappedHead;
  readonly body: string;
}

/**
 * What a tap changes of what passes: this is how a wire goes wrong on purpose. What a rewrite leaves out
 * passes byte by byte, at the moment when it comes.
 */
export interface Rewrite {
  /** Answers in the upstream's place; undefined to ask the upstream. */
  answer?(request: TappedRequest): OwnAnswer | Promise<OwnAnswer | undefined> | undefined;
  /** The request that the upstream is sent. */
  request?(request: TappedRequest): TappedRequest;
  /** What the client is told before the body: may be late, and may lie. */
  head?(answer: TappedAnswer): TappedAnswer | Promise<TappedAnswer>;
  /**
   * Changes the body on its way, several one after the other; undefined to let it pass. Destroying one cuts the
   * client's connection.
   */
  body?(answer: TappedAnswer): Transform | readonly Transform[] | undefined;
  /** Whether the upstream is read on when its client has left, who then leaves unnoticed. */
  outlivesClient?(request: TappedRequest): boolean;
  /** Whether a text on a WebSocket is lost on its way; one that comes in several frames never is. */
  losesText?(text: TappedText): boolean;
}

/** A text that is about to pass on a WebSocket. */
export interface TappedText {
  readonly from: "client" | "upstream";
  /** With the query, as the WebSocket was asked for. */
  readonly path: string;
  readonly text: string;
}
