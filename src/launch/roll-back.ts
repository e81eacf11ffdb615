import { messageOf, withoutStop } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { followSupervisor } from "../supervisor/client/follow-supervisor.ts";
import type { StateFolder } from "../supervisor/state-folder.ts";
import type { Asked, AskOptions } from "./ask-supervisor.ts";
import { startsIt } from "./service-intent.ts";
import { takeDown } from "./take-down.ts";

/** A start that came to nothing. */
export interface FailedStart {
  readonly asked: readonly Asked[];
  /** Why. */
  readonly error: unknown;
  /** By service: the request that was not answered yet. */
  readonly requests: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Told of each service that becomes ready after all. */
  readonly onReady: Parameters<typeof followSupervisor>[1]["onReady"];
}

/**
 * Stops again what a call has started that was not there before it. What ran before stays wanted, and is waited for
 * as far as it can be.
 *
 * @returns the error, which says what became of them
 */
export async function rollBackStart(
  options: Pick<AskOptions, "config" | "env" | "hurry" | "onProgress">,
  folder: StateFolder,
  failed: FailedStart,
): Promise<unknown> {
  const { asked, error, signal } = failed;
  const mine = asked.filter(({ intent }) => startsIt(intent));
  const added = mine.filter(({ wasThere }) => !wasThere).map(({ inspection }) => inspection.name);
  const kept = mine.filter(({ wasThere }) => wasThere).map(({ inspection }) => inspection.name);
  const reason = signal.aborted ? "because the start was broken off" : "because the start failed";
  const trouble =
    added.length === 0
      ? undefined
      : await takeDown({ ...options, names: added, reason, onStep: () => undefined }).then(
          () => undefined,
          (problem) => problem,
        );
  const down = await waitForKept(kept, folder, failed);
  return withMore(error, [
    ...(trouble === undefined ? stoppedWords(added) : [`What is more: ${withoutStop(messageOf(trouble))}.`]),
    ...keptWords(kept, down, signal.aborted),
  ]);
}

/** Returns those of them that are not ready in the end. */
async function waitForKept(
  kept: readonly string[],
  folder: StateFolder,
  { requests, signal, onReady }: FailedStart,
): Promise<readonly string[]> {
  const left = new Map([...requests].filter(([name]) => kept.includes(name)));
  const down = new Set(left.keys());
  if (left.size > 0 && !signal.aborted)
    // Whatever goes wrong here too is told by what is left.
    await Promise.allSettled([
      followSupervisor(folder, {
        requests: left,
        signal,
        onStarting: () => undefined,
        onFailed: () => undefined,
        onReady: (name, report) => {
          down.delete(name);
          onReady(name, report);
        },
      }),
    ]);
  return [...down];
}

function stoppedWords(added: readonly string[]): string[] {
  return added.length === 0 ? [] : [`Stopped again what this call had started: ${added.join(", ")}.`];
}

function keptWords(kept: readonly string[], down: readonly string[], isBrokenOff: boolean): string[] {
  const well = kept.filter((name) => !down.includes(name));
  return [
    ...(well.length === 0 ? [] : [`Left running what ran before this call: ${well.join(", ")}.`]),
    ...(down.length === 0
      ? []
      : [
          isBrokenOff
            ? `Still being started, because they ran before this call: ${down.join(", ")}.`
            : `Not running any more, though before this call: ${down.join(", ")}. When mended: stack up`,
        ]),
  ];
}

function withMore(error: unknown, lines: readonly string[]): unknown {
  if (!(error instanceof UserError) || lines.length === 0) return error;
  const { code, message, exitCode, hint } = error;
  const all = [...(hint === undefined ? [] : [hint]), ...lines];
  return new UserError(code, message, { hint: all.join("\n"), exitCode, cause: error.cause });
}
