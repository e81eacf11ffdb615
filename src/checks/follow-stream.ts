import type { HttpClient, SeenEvent, SeenStream } from "../targets/http-client.ts";
import { afterWaiting } from "../targets/unstalled-time.ts";
import type { Context } from "./contract-conversations.ts";

/** An event stream that is read. */
export interface StreamReading {
  readonly client: HttpClient;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the engine was told to be silent, in milliseconds. */
  readonly silenceMs?: number;
  /** Told of each event as it arrives. */
  readonly onEvent?: (event: SeenEvent) => void;
  /** Told of each comment as it arrives. */
  readonly onComment?: () => void;
  /** Leaves the stream in the middle. */
  readonly leave?: AbortSignal;
}

/** How long a server may take to close a stream after `done`, in milliseconds. */
export const CLOSE_MS = 5_000;

/**
 * Reads a stream to its end; gives it up where it does not close after `done`, or where no token follows
 * another for so long that none will. Throws the context's reason when that is aborted.
 */
export async function followStream(context: Context, reading: StreamReading): Promise<SeenStream> {
  const { client, method, path, body, headers, silenceMs = 0, leave, onComment } = reading;
  const patience = new AbortController();
  const stallMs = silenceMs + Math.min(60_000, 40 * context.target.settings.heartbeatMs);
  let callOff: (() => void) | undefined;
  const waitFor = (ms: number): void => {
    callOff?.();
    callOff = afterWaiting(ms, () => patience.abort());
  };
  try {
    const stream = await client.stream(method, path, {
      signal: AbortSignal.any([context.signal, patience.signal, ...(leave === undefined ? [] : [leave])]),
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
      ...(onComment === undefined ? {} : { onComment }),
      onEvent(seen) {
        const type = "type" in seen.event ? seen.event.type : "malformed";
        // Before the first token a model may load for minutes: there only the check's deadline counts.
        if (type === "token") waitFor(stallMs);
        if (type === "done") waitFor(CLOSE_MS);
        reading.onEvent?.(seen);
      },
    });
    context.signal.throwIfAborted();
    return stream;
  } finally {
    callOff?.();
  }
}
