import { statSync } from "node:fs";
import { EXIT } from "../errors/exit-codes.ts";
import { UserError } from "../errors/user-error.ts";
import { withoutTerminalCodes } from "../text/terminal-codes.ts";
import type { Exit } from "./launch-service.ts";
import { tailLog } from "./logs/tail-log.ts";
import type { ServiceSpec } from "./service-spec.ts";
import { type StateFolder, serviceFiles } from "./state-folder.ts";

/** A start that came to nothing: `start_failed`. */
export class StartFailure extends UserError {
  /** What happened, without the service's name: `it exited with code 1 before it was ready`. */
  readonly reason: string;
  /** Null where it did not exit by itself, or nobody of ours could see how. */
  readonly exitedWith: number | null;
  /** Likewise: the signal that ended it. */
  readonly endedBy: NodeJS.Signals | null;

  /** Whether it fails the same way however often it is tried: there is no such program. */
  readonly isHopeless: boolean;

  constructor(message: string, { hint, reason, exit, isHopeless = false }: Failure) {
    super("start_failed", message, { hint, exitCode: EXIT.failed });
    this.reason = reason;
    this.isHopeless = isHopeless;
    this.exitedWith = exit?.code ?? null;
    this.endedBy = exit?.signal ?? null;
  }
}

interface Failure {
  readonly hint: string;
  readonly reason: string;
  readonly exit?: Exit | undefined;
  readonly isHopeless?: boolean;
}

/**
 * The error of a start that came to nothing, with the last lines that the run wrote to its log.
 *
 * @param trouble what happened, as the end of a sentence
 * @param logSize size of the log before the run, in bytes
 * @param exit how its leader ended, where it did
 */
export async function startFailed(
  { name, ready }: Pick<ServiceSpec, "name"> & Partial<Pick<ServiceSpec, "ready">>,
  state: StateFolder,
  trouble: string,
  logSize: number,
  exit?: Exit,
): Promise<StartFailure> {
  const { log } = serviceFiles(state, name);
  // A log that has become shorter was rotated meanwhile, and is all of this run.
  const from = (statSync(log, { throwIfNoEntry: false })?.size ?? 0) < logSize ? 0 : logSize;
  const lines = (await tailLog(log, LAST_LOG_LINES, from)).map((line) => `  ${plainLine(line)}`);
  const hint =
    lines.length > 0
      ? `The end of ${log}:\n${lines.join("\n")}\n\`stack logs ${name}\` shows all of it.`
      : `It wrote nothing to ${log}. ${HELD_BACK}`;
  if (ready?.kind === "exit")
    return new StartFailure(`${name} failed: ${trouble}.`, { hint, reason: trouble, exit });
  const message = `${name} did not become ready: ${trouble}.`;
  return new StartFailure(message, { hint, reason: reasonOf(trouble, exit), exit });
}

function reasonOf(trouble: string, exit: Exit | undefined): string {
  if (exit === undefined) return `it was ended, because ${trouble}`;
  const isSeen = exit.code !== null || exit.signal !== null;
  return isSeen ? `${trouble} before it was ready` : trouble;
}

const HELD_BACK =
  "A program that writes to a file may hold its output back: let it flush what it prints, or run it by `stdbuf -oL`.";
const LAST_LOG_LINES = 10;

/** A line of a log as it may be shown on any terminal. */
export function plainLine(line: string): string {
  // What is left after the usual codes would still reach the terminal: the rarer ones, a bell, a step back.
  return withoutTerminalCodes(line)
    .replaceAll(/\p{Cc}/gu, " ")
    .slice(0, 500);
}
