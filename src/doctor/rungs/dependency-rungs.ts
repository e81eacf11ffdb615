import { gatewayRoutes } from "../../contract/routes.ts";
import { identifyingPath } from "../../launch/identify-engine.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import { type ExaminedStack, examinedService } from "../doctor-context.ts";
import { storeUnavailable } from "../refused-call.ts";
import { brokenRung } from "../symptom-explanations.ts";

/** The gateway reaches the engine, by its own word. */
export const gatewayReachesEngine: Rung<ExaminedStack> = {
  id: "gateway/engine",
  service: "gateway",
  name: "way to the engine",
  needs: ["gateway/answers", "engine/answers"],
  // Gateways of the seeds call it by the one engine that they know.
  look: async (stack) => judge(stack, "gateway", "engine", ["engine", "ollama"]),
};

/** The HMI reaches the gateway, by its own word, and its database works. */
export const hmiReachesGateway: Rung<ExaminedStack> = {
  id: "hmi/gateway",
  service: "hmi",
  name: "way to the gateway",
  needs: ["hmi/answers", "gateway/answers"],
  async look(stack) {
    const store = stack.notes.health.hmi?.dependencies["store"];
    if (store !== undefined && store.status !== "ok") {
      return storeUnavailable(stack, "hmi", store.error ?? "unavailable");
    }
    return judge(stack, "hmi", "gateway", ["gateway"]);
  },
};

/** @param names what the health report may call the dependency */
function judge(
  stack: ExaminedStack,
  service: "gateway" | "hmi",
  needs: "engine" | "gateway",
  names: readonly string[],
): RungFinding {
  if (stack.services[needs] === undefined) {
    return {
      status: "skipped",
      text: `this stack has no ${needs} that is known here (--${needs} names one)`,
    };
  }
  const reported = stack.notes.health[service]?.dependencies;
  const dependency = names.map((name) => reported?.[name]).find((each) => each !== undefined);
  if (dependency === undefined) {
    return { status: "skipped", text: `its health report does not tell whether it reaches the ${needs}` };
  }
  if (dependency.status === "ok") return { status: "holds", text: `reaches the ${needs}` };
  const { state } = examinedService(stack, service);
  const error = dependency.error ?? "unavailable";
  return brokenRung("unreachable", {
    service,
    isOurs: state !== undefined,
    needs,
    asks: dependency.url,
    at: examinedService(stack, needs).url,
    path: needs === "engine" ? identifyingPath(stack.engineApi) : gatewayRoutes.health.path(),
    error,
  });
}
