import { chooseDefaultModel } from "../../contract/default-model-rule.ts";
import { findModel } from "../../contract/model-names.ts";
import { findRivals } from "../../os/duplicate-processes.ts";
import { findListeners } from "../../os/listening-ports.ts";
import { ENGINE_WIRES } from "../../targets/engine-wires.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { Rung } from "../climb-ladder.ts";
import { broken } from "../diagnose.ts";
import type { Somebody } from "../diagnoses/process-diagnoses.ts";
import { askService, patientOf, type Scene } from "../doctor-scene.ts";
import { shortened } from "../doctor-words.ts";
import { toSomebody } from "./process-rungs.ts";

/** There is a model for messages that name none: the configured one, or what stands in for it (contract, section 2). */
export const engineModel = modelRung(async (scene, installed, inForce) => {
  const { model } = scene;
  if (findModel(installed, model) !== undefined) return `has the configured model ${model}`;
  const rivals = (await rivalsOf(scene))
    .map(({ words }) => `; another Ollama may have it: ${words}`)
    .join("");
  return `does not have the configured model "${model}": ${inForce}, the first that it lists, stands in${rivals}`;
});

/** Behind a service of another wire, whose names for models are its own: there is one to ask the engine itself with. */
export const engineBehindModel = modelRung(
  async (_, __, inForce) => `has models: ${inForce} is asked of it directly`,
);

function modelRung(
  tell: (scene: Scene, installed: readonly string[], inForce: string) => Promise<string>,
): Rung<Scene> {
  return {
    id: "engine/model",
    service: "engine",
    name: "model",
    needs: ["engine/answers"],
    async look(scene) {
      const { model, notes, engineApi } = scene;
      const wire = ENGINE_WIRES[engineApi];
      const { body } = await askService(scene, "engine", ["GET", wire.listPath]);
      const installed = wire.namesIn(body);
      if (installed === undefined) {
        return broken("models_unreadable", { path: wire.listPath, said: shortened(JSON.stringify(body)) });
      }
      notes.installed = installed;
      const inForce = chooseDefaultModel(installed, model);
      if (inForce === undefined) {
        return broken("model_missing", { model, kind: notes.engineKind, rivals: await rivalsOf(scene) });
      }
      notes.model = inForce;
      return { status: "holds", text: await tell(scene, installed, inForce) };
    },
  };
}

/** A model takes minutes to load from a slow disk. */
const LOAD_TIMEOUT_MS = 180_000;

/** The engine answers a chat itself. */
export const engineChat: Rung<Scene> = {
  id: "engine/chat",
  service: "engine",
  name: "chat",
  needs: ["engine/model"],
  async look(scene) {
    const { notes, engineApi } = scene;
    const seen = { model: notes.model, kind: notes.engineKind, url: patientOf(scene, "engine").url };
    let answer: SeenCall;
    const start = performance.now();
    try {
      answer = await chatWithEngine(scene, LOAD_TIMEOUT_MS);
    } catch (error) {
      scene.signal.throwIfAborted();
      if (!isTimeout(error)) throw error;
      return broken("engine_silent", { ...seen, seconds: LOAD_TIMEOUT_MS / 1000 });
    }
    notes.chatMs = Math.round(performance.now() - start);
    const { status, body } = answer;
    if (status === 200 && ENGINE_WIRES[engineApi].isReply(body)) {
      return { status: "holds", text: `answers a chat of one token with ${notes.model}` };
    }
    return broken("engine_chat_failed", { ...seen, status, said: shortened(JSON.stringify(body)) });
  },
};

/** One token, asked of the engine itself. */
export async function chatWithEngine(scene: Scene, timeoutMs: number): Promise<SeenCall> {
  const { path, body } = ENGINE_WIRES[scene.engineApi].oneToken(scene.notes.model);
  return await askService(scene, "engine", ["POST", path], { body, timeoutMs });
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

/** Other Ollamas that run here: the model may be in the folder of one of them. */
async function rivalsOf(scene: Scene): Promise<Somebody[]> {
  if (scene.notes.engineKind !== "ollama") return [];
  const [listener] = await findListeners(patientOf(scene, "engine").address);
  return listener?.pid === undefined ? [] : findRivals(listener.pid).map(toSomebody);
}
