import type { Role } from "../../config/services.ts";
import { Health } from "../../contract/common.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { messageOf } from "../../errors.ts";
import { identifyingPath, readEngineAnswer } from "../../launch/engine.ts";
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
      const path = service === "engine" ? identifyingPath(scene.engineApi) : gatewayRoutes.health.path();
      let answer: SeenCall;
      try {
        answer = await ask(scene, service, ["GET", path]);
      } catch (error) {
        scene.signal.throwIfAborted();
        return broken("no_answer", {
          service,
          url,
          path,
          isOurs: state !== undefined,
          error: messageOf(error),
        });
      }
      return service === "engine" ? await engineAnswer(answer, scene) : serviceAnswer(service, answer, scene);
    },
  };
}

async function engineAnswer({ status, body }: SeenCall, scene: Scene): Promise<Finding> {
  const { services, notes, engineApi, hasEngineKey } = scene;
  const { url } = services.engine;
  const path = identifyingPath(engineApi);
  if (status === 401 || status === 403)
    return broken("engine_key_refused", { url, status, hasKey: hasEngineKey });
  const answer = readEngineAnswer(engineApi, status, JSON.stringify(body));
  switch (answer.kind) {
    case "other":
    case "nothing":
      return broken("no_engine", { url, path, status, speaks: await wireOf(scene) });
    case "openai":
      return { status: "holds", text: "answers, by OpenAI's wire" };
    default: {
      notes.engineKind = answer.kind;
      const scripted = answer.kind === "stand-in" ? ": a stand-in, its answers are scripted" : "";
      return { status: "holds", text: `answers, version ${answer.version}${scripted}` };
    }
  }
}

/** Which wire it speaks instead of the configured one; undefined where it is no engine at all. */
async function wireOf(scene: Scene): Promise<"chat" | "openai" | undefined> {
  const other = scene.engineApi === "openai" ? "chat" : "openai";
  const asked = ask(scene, "engine", ["GET", identifyingPath(other)]);
  const answer = await asked.catch(() => undefined);
  scene.signal.throwIfAborted();
  if (answer === undefined) return undefined;
  return readEngineAnswer(other, answer.status, JSON.stringify(answer.body)).kind === "other"
    ? undefined
    : other;
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
