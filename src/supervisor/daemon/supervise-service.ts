import type { ServiceSpec } from "../service-spec.ts";
import type { SoleSupervisor } from "./sole-supervisor.ts";
import { becomeReadyStep, beginStep, startAgainStep, startStep } from "./start-until-ready.ts";
import { SupervisedService } from "./supervised-service.ts";
import type { SupervisionStep } from "./supervision-step.ts";
import { endStep, pickUpStep, watchStep } from "./watch-running-service.ts";
import { goOnStep, idleStep, pauseStep, stoppedStep } from "./while-not-running.ts";

/**
 * Sees to one service for as long as the supervisor lives: starts it when it is wanted and all that it depends on is
 * ready, watches it, and starts it again as its policy says. Each step decides which one is next.
 *
 * Never resolves; rejects with what nobody expected.
 */
export async function superviseService(spec: ServiceSpec, supervision: SoleSupervisor): Promise<never> {
  const service = new SupervisedService(spec, supervision);
  service.watchFiles();
  for (let next = await goOnStep(service); ; ) next = await take(next, service);
}

async function take(next: SupervisionStep, service: SupervisedService): Promise<SupervisionStep> {
  switch (next.to) {
    case "idle":
      return await idleStep(service);
    case "stopped":
      return stoppedStep(service);
    case "begin":
      return await beginStep(service, next.mustStop);
    case "start_again":
      return await startAgainStep(service, next.reason);
    case "start":
      return await startStep(service, next.change);
    case "become_ready":
      return await becomeReadyStep(service, next.launch, next.started);
    case "pick_up":
      return await pickUpStep(service, next.running);
    case "watch":
      return await watchStep(service, next.run);
    case "end":
      return await endStep(service, next.record, next.exit, next.event);
    case "pause":
      return await pauseStep(service, next.ms);
  }
}
