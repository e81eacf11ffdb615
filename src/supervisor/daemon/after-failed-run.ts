/** What follows where a service ended, or could not be started: its policy, or that there is no use in it. */
import { StartFailure } from "../start-failed.ts";
import type { LastExit } from "../supervisor-protocol.ts";
import { decideRestart } from "./restart-policy.ts";
import { failedExit, givenUp, notStarted, type ServiceProblem, triedInVain } from "./service-problems.ts";
import type { SupervisedService } from "./supervised-service.ts";
import type { SupervisionStep } from "./supervision-step.ts";

/** @param problem what is wrong if it is given up; by default that its policy says so */
export function afterExit(
  service: SupervisedService,
  exit: LastExit,
  problem?: ServiceProblem,
): SupervisionStep {
  const { name } = service.spec;
  const [now, random] = [performance.now(), Math.random()];
  // What takes longer to fail than the policy's window would be tried for ever.
  const restarts = service.wasReady ? service.restarts : service.restarts.map(() => now);
  const decision = decideRestart(service.policy, { exit, restarts, now, random });
  service.report({ last_exit: exit });
  if (decision.action === "restart") {
    service.tell("restarting", null, `in ${decision.afterMs} ms`);
    return { to: "pause", ms: decision.afterMs };
  }
  if (decision.action === "stay_down") {
    service.report({ phase: "stopped" });
    return { to: "idle" };
  }
  service.tell("given_up", null, decision.reason);
  service.report({ phase: "failed", problem: problem ?? givenUp(name, decision.reason, exit) });
  return { to: "idle" };
}

/** Tried again as the policy says, also the first start; but not where that cannot help. */
export function afterFailedStart(service: SupervisedService, error: unknown): SupervisionStep {
  service.shared.desired.refresh();
  if (service.request === null) return { to: "stopped" };
  if (service.isAskedAnew) return { to: "begin", mustStop: false };
  const { policy } = service;
  const problem = notStarted(service.spec.name, error);
  const exit = failedExit(error);
  service.tell("start_failed", null, problem.message);
  if (service.wasReady) return afterExit(service, exit);
  const isDone = exit.code === 0 && policy.when !== "always";
  const isHopeless = error instanceof StartFailure && error.isHopeless;
  if (policy.when !== "no" && !isDone && !isHopeless)
    return afterExit(service, exit, triedInVain(problem, service.restarts.length + 1));
  service.report({ phase: "failed", problem, last_exit: exit });
  return { to: "idle" };
}
