import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";

/** What a person says by Ctrl-C while a command runs. */
export interface Interrupts {
  /** Aborted by the first Ctrl-C or SIGTERM, and where the terminal is closed. */
  readonly first: AbortSignal;
  /** Aborted by the second Ctrl-C or SIGTERM. The third ends the process at once. */
  readonly second: AbortSignal;
}

/**
 * `npm` and `npx` pass on a Ctrl-C that the terminal has sent to this process too, a moment later: within this time,
 * in milliseconds, two are one.
 */
const SAME_MS = 100;

/**
 * Waits for interrupts from now on. A closed terminal (SIGHUP) counts as Ctrl-C only where there is one: what was
 * started by nohup(1) ends as the OS likes.
 *
 * @param isHangupHeeded false where the command goes on without its terminal
 */
export function watchInterrupts({ isHangupHeeded }: { isHangupHeeded: boolean }): Interrupts {
  const [first, second] = [new AbortController(), new AbortController()];
  let firstAt = 0;
  const interrupt = (name: NodeJS.Signals): void => {
    if (!first.signal.aborted) {
      firstAt = performance.now();
      first.abort(interrupted(name));
    } else if (performance.now() - firstAt > SAME_MS) {
      for (const each of INTERRUPTS) process.off(each, interrupt);
      second.abort(interrupted(name));
    }
  };
  for (const name of INTERRUPTS) process.on(name, interrupt);
  if (hasTerminal())
    process.on("SIGHUP", (name) => {
      if (isHangupHeeded && !first.signal.aborted) first.abort(interrupted(name));
    });
  return { first: first.signal, second: second.signal };
}

/** Who ended it, as the events tell it: `by Ctrl-C`. */
export function interruptWords({ reason }: AbortSignal): string {
  const name = reason instanceof UserError ? reason.cause : undefined;
  if (name === "SIGHUP") return "because its terminal was closed";
  return name === "SIGTERM" ? "by SIGTERM" : "by Ctrl-C";
}

const INTERRUPTS = ["SIGINT", "SIGTERM"] as const;

function interrupted(name: NodeJS.Signals): UserError {
  const message = name === "SIGHUP" ? "The terminal was closed." : "Interrupted.";
  return new UserError("interrupted", message, { exitCode: EXIT.interrupted, cause: name });
}

function hasTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}
