import { UserError } from "../errors/user-error.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";
import type { Tapped } from "./taps-before-target.ts";
import type { JudgeSettings, TargetJudge } from "./target-judge.ts";

/** Where a command finds the stack that it is to judge: the URLs of the taps. */
const URL_VARIABLES = { hmi: "STACK_HMI_URL", gateway: "STACK_GATEWAY_URL" } as const;

/** A command that takes this many times as long as without a fault hangs, unless that is still a short time. */
const PATIENCE = 3;

/** As for a check of a stack of our own. */
const DEFAULT_DEADLINE_MS = 60_000;

/**
 * Judges by a command of somebody's own: it must end with 0 without a fault, and with anything else, or not at
 * all, where it catches one. Its longest time is the settings' deadline, and more where it is slow anyway.
 */
export function judgeByCommand(
  command: string,
  {
    env,
    deadlineMs = DEFAULT_DEADLINE_MS,
    signal,
  }: Pick<JudgeSettings, "deadlineMs" | "signal"> & { env: NodeJS.ProcessEnv },
): TargetJudge {
  let timeoutMs = Number.POSITIVE_INFINITY;
  const run = ({ urls }: Tapped): Promise<CommandEnd> =>
    runCommand(command, {
      env: { ...env, [URL_VARIABLES.hmi]: urls.hmi, [URL_VARIABLES.gateway]: urls.gateway },
      ...{ timeoutMs, signal },
    });
  return {
    async begin(tapped) {
      const end = await run(tapped);
      signal.throwIfAborted();
      if (!end.isGood) throw badWithoutFault(command, end);
      const requests = tapped.requests();
      if (requests === 0) throw elsewhere(command);
      timeoutMs = Math.max(deadlineMs, PATIENCE * end.duration_ms);
      const { duration_ms } = end;
      return { baseline: { judged_by: "command", command, duration_ms, requests }, left_behind: [] };
    },
    async look(tapped) {
      const { isGood, how } = await run(tapped);
      return { caught_by: isGood ? [] : [how], stopped: [], left_behind: [] };
    },
  };
}

function badWithoutFault(command: string, { how, lastLines }: CommandEnd): UserError {
  const said = lastLines === "" ? "It said nothing." : `It said last:\n${lastLines}`;
  return new UserError(
    "nothing_selected",
    `Without a fault, "${command}" must end with exit code 0; it ended with ${how}. ${said}`,
    { hint: "Let it pass on this stack first: a check that is red anyway catches nothing." },
  );
}

function elsewhere(command: string): UserError {
  const { hmi, gateway } = URL_VARIABLES;
  return new UserError("nothing_selected", `"${command}" called neither ${hmi} nor ${gateway}.`, {
    hint: "Let it take the addresses of HMI and gateway from these variables: the faults act there.",
  });
}
