/** What a tap has seen of one request and its answer. Times are milliseconds since the tap began. */
export interface Exchange {
  /** Counts from 1 within one tap. */
  readonly id: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly request: Part;
  readonly began_ms: number;
  /** Null until the upstream has answered. */
  readonly status: number | null;
  readonly response: Part;
  /** When the answer's head passed; null until then. */
  readonly answered_ms: number | null;
  /**
   * `complete`; `client-left`: whoever asked closed its connection first; `upstream-cut`: the upstream did,
   * in mid-answer; `unreachable`: there was no upstream; `running` while it goes on.
   */
  readonly ended: "running" | "complete" | "client-left" | "upstream-cut" | "unreachable";
  readonly ended_ms: number | null;
}

/** One direction of an exchange. */
export interface Part {
  /** Names in lower case; of a name that came several times, the last. Secrets are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** What passed, and when. */
  readonly chunks: readonly Chunk[];
  /** Bytes that passed, also those that were not kept. */
  readonly bytes: number;
}

export interface Chunk {
  readonly at_ms: number;
  /** Latin-1: one character a byte, so that nothing is lost where a chunk ends inside a character. */
  readonly latin1: string;
}

/** The text of one direction, as far as it was kept. */
export function textOf({ chunks }: Pick<Part, "chunks">): string {
  return Buffer.from(chunks.map(({ latin1 }) => latin1).join(""), "latin1").toString("utf8");
}

/** Where a tap answers for itself. No service of a chat stack has such paths. */
export const TAP_FOLDER = "/stack-tap/";

/** Where it tells what it has seen. */
export const TAP_PATH = `${TAP_FOLDER}exchanges`;
