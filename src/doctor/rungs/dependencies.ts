import { broken } from "../diagnose.ts";
import type { Finding, Rung } from "../ladder.ts";
import type { Scene } from "../scene.ts";

/** The gateway reaches the engine, by its own word. */
export const gatewayReachesEngine: Rung<Scene> = {
  id: "gateway/engine",
  service: "gateway",
  name: "way to the engine",
  needs: ["gateway/answers", "engine/answers"],
  look: async (scene) => judge(scene, "gateway", "engine", "ollama"),
};

/** The HMI reaches the gateway, by its own word, and its database works. */
export const hmiReachesGateway: Rung<Scene> = {
  id: "hmi/gateway",
  service: "hmi",
  name: "way to the gateway",
  needs: ["hmi/answers", "gateway/answers"],
  async look(scene) {
    const { url, state } = scene.services.hmi;
    const store = scene.notes.health.hmi?.dependencies["store"];
    if (store !== undefined && store.status !== "ok") {
      return broken("store_unavailable", {
        url,
        isOurs: state !== undefined,
        error: store.error ?? "unavailable",
      });
    }
    return judge(scene, "hmi", "gateway", "gateway");
  },
};

/** @param reported the dependency's name in the health report */
function judge(
  { services, notes }: Scene,
  service: "gateway" | "hmi",
  needs: "engine" | "gateway",
  reported: string,
): Finding {
  const dependency = notes.health[service]?.dependencies[reported];
  if (dependency === undefined) {
    return { status: "skipped", text: `its health report does not tell whether it reaches the ${needs}` };
  }
  if (dependency.status === "ok") return { status: "holds", text: `reaches the ${needs}` };
  const { state } = services[service];
  const error = dependency.error ?? "unavailable";
  return broken("unreachable", {
    service,
    isOurs: state !== undefined,
    needs,
    asks: dependency.url,
    at: services[needs].url,
    error,
  });
}
