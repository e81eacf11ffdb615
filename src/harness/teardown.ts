import { messageOf } from "../errors/thrown-error.ts";

/** How long one undoing may take. It is not bound to Ctrl-C: what was made must go. */
const UNDO_TIMEOUT_MS = 10_000;

export interface Teardown {
  /** Queues something to undo. */
  defer(what: string, undo: (signal: AbortSignal) => Promise<void>): void;
  /** Undoes everything, newest first; returns what could not be undone and why. */
  run(): Promise<string[]>;
}

export function createTeardown(): Teardown {
  const queue: { what: string; undo: (signal: AbortSignal) => Promise<void> }[] = [];
  return {
    defer: (what, undo) => {
      queue.push({ what, undo });
    },
    async run() {
      const failures: string[] = [];
      for (const { what, undo } of queue.splice(0).reverse()) {
        try {
          await undo(AbortSignal.timeout(UNDO_TIMEOUT_MS));
        } catch (error) {
          failures.push(`${what}: ${messageOf(error)}`);
        }
      }
      return failures;
    },
  };
}
