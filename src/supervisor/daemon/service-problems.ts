import { messageOf, withoutStop } from "../../errors/thrown-error.ts";
import { UserError } from "../../errors/user-error.ts";
import { StartFailure } from "../start-failed.ts";
import type { LastExit, ServiceReport } from "../supervisor-protocol.ts";
import { unknownExit } from "./service-runs.ts";

/** What is wrong with a service, as its report says it. */
export type ServiceProblem = NonNullable<ServiceReport["problem"]>;

/** It was not started, or never became ready. */
export function notStarted(name: string, error: unknown): ServiceProblem {
  if (error instanceof UserError) {
    const { code, message, hint = null } = error;
    return { code, message, hint };
  }
  const message = `${name} could not be started: ${withoutStop(messageOf(error))}.`;
  return { code: "start_failed", message, hint: null };
}

/** The same after this many tries, when it is given up. */
export function triedInVain(problem: ServiceProblem, tries: number): ServiceProblem {
  return { ...problem, message: `${problem.message} It was tried ${tries} times.` };
}

/** A start that failed, as the end of a run. */
export function failedExit(error: unknown): LastExit {
  if (!(error instanceof StartFailure))
    return unknownExit(`it could not be started: ${withoutStop(messageOf(error))}`);
  const { reason, exitedWith, endedBy } = error;
  return { ...unknownExit(reason), code: exitedWith, signal: endedBy };
}

/** It ended, and is not started again. */
export function givenUp(name: string, why: string, { reason }: LastExit): ServiceProblem {
  return {
    code: "given_up",
    message: `${name} was given up, because ${why}. Last: ${reason}.`,
    hint: `\`stack logs ${name}\` may show why; \`stack up\` tries it again.`,
  };
}

/** It runs, and does not answer. */
export function unhealthy(name: string, trouble: string): ServiceProblem {
  return {
    code: "unhealthy",
    message: `${name} runs, but its liveness probe failed: ${trouble}.`,
    hint: `\`stack logs ${name}\` may show why.`,
  };
}

/** It waits for one that was given up. */
export function dependencyFailed(name: string, failed: string): ServiceProblem {
  return {
    code: "dependency_failed",
    message: `${name} waits for ${failed}, which was given up.`,
    hint: `\`stack up\` tries ${failed} again.`,
  };
}

/** Somebody else's service does not answer. */
export function unreachableProblem(name: string, trouble: string): ServiceProblem {
  const message = `${name}, which stack does not run, does not answer as it should: ${trouble}.`;
  return { code: "unreachable", message, hint: null };
}
