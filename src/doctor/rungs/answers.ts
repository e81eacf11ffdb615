import type { Role } from "../../config/services.ts";
import { Health } from "../../contract/common.ts";
import { engineRoutes, gatewayRoutes } from "../../contract/routes.ts";
import { messageOf } from "../../errors.ts";
import { readEngineAnswer } from "../../launch/engine.ts";
import type { SeenCall } from "../../target/http.ts";
import { broken } from "../diagnose.ts";
import type { Finding, Rung } from "../ladder.ts";
import { ask, type Scene } from "../scene.ts";

/** It answers over HTTP, and as what it should be. */
export function answersRung(service: Role): Rung<Scene> {
  return {
    id: `${service}/answers`,
    service,
    name: "answer",
    needs: [`${service}/port`],
    async look(scene) {
      const { url, state } = scene.services[service];
      const route = service === "engine" ? engineRoutes.version : gatewayRoutes.health;
      let answer: SeenCall;
      try {
        answer = await ask(scene, service, ["GET", route.path()]);
      } catch (error) {
        scene.signal.throwIfAborted();
        return broken("no_answer", { service, url, isOurs: state !== undefined, error: messageOf(error) });
      }
      return service === "engine" ? engineAnswer(answer, scene) : serviceAnswer(service, answer, scene);
    },
  };
}

function engineAnswer({ status, body }: SeenCall, { services, notes }: Scene): Finding {
  const answer = readEngineAnswer(status, JSON.stringify(body));
  if (answer.kind !== "ollama" && answer.kind !== "stand-in") {
    return broken("no_engine", { url: services.engine.url, status });
  }
  notes.isStandIn = answer.kind === "stand-in";
  const scripted = notes.isStandIn ? ": a stand-in, its answers are scripted" : "";
  return { status: "holds", text: `answers, version ${answer.version}${scripted}` };
}

function serviceAnswer(service: "gateway" | "hmi", { status, body }: SeenCall, scene: Scene): Finding {
  const { url } = scene.services[service];
  if (status === 401) return broken("token_refused", { service, url, hasToken: scene.hasToken });
  if (status !== 200 || serviceIn(body) !== service) {
    return broken("wrong_service", { service, url, found: `${status} ${JSON.stringify(body)}` });
  }
  // Others may tell less of their health than the contract wants.
  const health = Health.safeParse(body).data;
  if (health === undefined) return { status: "holds", text: "answers" };
  scene.notes.health[service] = health;
  return { status: "holds", text: `answers, version ${health.version}` };
}

function serviceIn(body: unknown): unknown {
  return typeof body === "object" && body !== null && "service" in body ? body.service : undefined;
}
