import type { ServiceSpec } from "../service-spec.ts";
import type { NextStep } from "./next-step.ts";
import { goOn, idle, pause, stopped } from "./not-running-steps.ts";
import type { Supervision } from "./service-supervision.ts";
import { becomeReady, begin, start, startAgain } from "./start-steps.ts";
import { SupervisedService } from "./supervised-service.ts";
import { end, pickUp, watch } from "./watch-steps.ts";

/**
 * Sees to one service for as long as the supervisor lives: starts it when it is wanted and all that it depends on is
 * ready, watches it, and starts it again as its policy says. Each step decides which one is next.
 *
 * Never resolves; rejects with what nobody expected.
 */
export async function superviseService(spec: ServiceSpec, supervision: Supervision): Promise<never> {
  const service = new SupervisedService(spec, supervision);
  service.watchFiles();
  for (let next = await goOn(service); ; ) next = await take(next, service);
}

async function take(next: NextStep, service: SupervisedService): Promise<NextStep> {
  switch (next.to) {
    case "idle":
      return await idle(service);
    case "stopped":
      return stopped(service);
    case "begin":
      return await begin(service, next.mustStop);
    case "start_again":
      return await startAgain(service, next.reason);
    case "start":
      return await start(service, next.change);
    case "become_ready":
      return await becomeReady(service, next.launch, next.started);
    case "pick_up":
      return await pickUp(service, next.running);
    case "watch":
      return await watch(service, next.life);
    case "end":
      return await end(service, next.record, next.exit, next.event);
    case "pause":
      return await pause(service, next.ms);
  }
}
