import { statSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { EXIT, UserError } from "../errors.ts";
import { tailLog } from "./logs/tail.ts";
import { type StateFolder, serviceFiles } from "./state.ts";
import type { ServiceSpec } from "./types.ts";

/**
 * The error of a start that came to nothing, with the last lines that the run wrote to its log.
 *
 * @param trouble what happened, as the end of a sentence
 * @param logSize size of the log before the run, in bytes
 */
export async function startFailed(
  { name }: Pick<ServiceSpec, "name">,
  state: StateFolder,
  trouble: string,
  logSize: number,
): Promise<UserError> {
  const { log } = serviceFiles(state, name);
  // A log that has become shorter was rotated meanwhile, and is all of this run.
  const from = (statSync(log, { throwIfNoEntry: false })?.size ?? 0) < logSize ? 0 : logSize;
  const lines = (await tailLog(log, LAST_LOG_LINES, from)).map((line) => `  ${plainLine(line)}`);
  const hint = lines.length > 0 ? `The end of ${log}:\n${lines.join("\n")}` : `It wrote nothing to ${log}.`;
  return new UserError("start_failed", `${name} did not become ready: ${trouble}.`, {
    hint,
    exitCode: EXIT.failed,
  });
}

const LAST_LOG_LINES = 10;

/** A line of a log as it may be shown on any terminal. */
export function plainLine(line: string): string {
  // What is left after the usual codes would still reach the terminal: the rarer ones, a bell, a step back.
  return stripVTControlCharacters(line)
    .replaceAll(/\p{Cc}/gu, " ")
    .slice(0, 500);
}
