import { once } from "node:events";

/** How the reader of the standard output does, for what may write more than fits into memory, or without an end. */
export interface OutputReader {
  /** Aborted when it has left, as in `stack logs -f | head`. */
  readonly gone: AbortSignal;
  /** Resolves when it has read most of what was written; false where it has left. */
  ready(): Promise<boolean>;
}

/** Watches the reader of the standard output. A pipe whose reader is slow is not waited for by Node itself. */
export function watchOutput(stream: NodeJS.WriteStream = process.stdout): OutputReader {
  const gone = new AbortController();
  stream.once("error", () => gone.abort());
  const { signal } = gone;
  return {
    gone: signal,
    async ready() {
      // Rejects when the reader leaves, which the signal tells too.
      if (stream.writableNeedDrain && !signal.aborted)
        await once(stream, "drain", { signal }).catch(() => undefined);
      return !signal.aborted;
    },
  };
}
