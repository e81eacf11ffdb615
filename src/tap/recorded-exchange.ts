/** What a tap has seen of one request and its answer. Times are milliseconds since the tap began. */
export interface RecordedExchange {
  /** Counts from 1 within one tap. */
  readonly id: number;
  readonly method: string;
  /** With the query, in which `…` stands in place of a secret. */
  readonly path: string;
  readonly request: RecordedPart;
  readonly began_ms: number;
  /** Null until the upstream has answered. */
  readonly status: number | null;
  readonly response: RecordedPart;
  /** When the answer's head passed; null until then. */
  readonly answered_ms: number | null;
  /**
   * `complete`; `client-left`: whoever asked closed its connection first; `upstream-cut`: the upstream did,
   * in mid-answer; `unreachable`: there was no upstream; `tap-closed`: the tap was ended while it went on, as a stream does
   * that is open for all replies; `running` while it goes on.
   */
  readonly ended: "running" | "complete" | "client-left" | "upstream-cut" | "unreachable" | "tap-closed";
  readonly ended_ms: number | null;
}

/** One direction of an exchange. */
export interface RecordedPart {
  /** Names in lower case; of a name that came several times, the last. In place of a secret stands `…`. */
  readonly headers: Readonly<Record<string, string>>;
  /** What passed, and when; of a WebSocket (status 101) each text. Each character of a secret field of JSON or of a form is `*`. */
  readonly chunks: readonly RecordedChunk[];
  /** Bytes that passed, also those that were not kept. */
  readonly bytes: number;
}

export interface RecordedChunk {
  readonly at_ms: number;
  /** Latin-1: one character a byte, so that nothing is lost where a chunk ends inside a character. */
  readonly latin1: string;
}

/** The text of one direction, as far as it was kept. */
export function textOfChunks({ chunks }: Pick<RecordedPart, "chunks">): string {
  return Buffer.from(chunks.map(({ latin1 }) => latin1).join(""), "latin1").toString("utf8");
}

/** Where a tap answers for itself. No service of a chat stack has such paths. */
export const TAP_FOLDER = "/stack-tap/";

/** Where it tells what it has seen. */
export const TAP_PATH = `${TAP_FOLDER}exchanges`;
