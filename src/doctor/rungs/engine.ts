import { EngineFinal, EngineTags } from "../../contract/engine.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { findRivals } from "../../supervisor/os/duplicates.ts";
import { findListeners } from "../../supervisor/os/ports.ts";
import type { SeenCall } from "../../target/http.ts";
import { broken } from "../diagnose.ts";
import type { Somebody } from "../diagnoses/process.ts";
import type { Rung } from "../ladder.ts";
import { ask, type Scene } from "../scene.ts";
import { shortened } from "../words.ts";
import { toSomebody } from "./process.ts";

/** The configured model is one of the engine's. */
export const engineModel: Rung<Scene> = {
  id: "engine/model",
  service: "engine",
  name: "model",
  needs: ["engine/answers"],
  async look(scene) {
    const { model, notes } = scene;
    const { models } = EngineTags.parse((await ask(scene, "engine", ["GET", engineRoutes.tags.path()])).body);
    notes.installed = models.map(({ name }) => name);
    if (notes.installed.some((name) => withTag(name) === withTag(model))) {
      return { status: "holds", text: `has the configured model ${model}` };
    }
    const { installed, isStandIn } = notes;
    return broken("model_missing", { model, installed, isStandIn, rivals: await rivalsOf(scene) });
  },
};

/** A model takes minutes to load from a slow disk. */
const LOAD_TIMEOUT_MS = 180_000;

/** The engine answers a chat itself. */
export const engineChat: Rung<Scene> = {
  id: "engine/chat",
  service: "engine",
  name: "chat",
  needs: ["engine/model"],
  async look(scene) {
    const { model } = scene;
    let answer: SeenCall;
    try {
      answer = await chatWithEngine(scene, LOAD_TIMEOUT_MS);
    } catch (error) {
      scene.signal.throwIfAborted();
      if (!isTimeout(error)) throw error;
      return broken("engine_silent", { model, seconds: LOAD_TIMEOUT_MS / 1000 });
    }
    const { status, body } = answer;
    if (status === 200 && EngineFinal.safeParse(body).success) {
      return { status: "holds", text: "answers a chat of one token" };
    }
    return broken("engine_chat_failed", { model, status, said: shortened(JSON.stringify(body)) });
  },
};

/** One token, asked of the engine itself. */
export async function chatWithEngine(scene: Scene, timeoutMs: number): Promise<SeenCall> {
  const body = {
    model: scene.model,
    messages: [{ role: "user", content: "Say OK" }],
    stream: false,
    options: { num_predict: 1 },
  };
  return await ask(scene, "engine", ["POST", engineRoutes.chat.path()], { body, timeoutMs });
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

/** Other Ollamas that run here: the model may be in the folder of one of them. */
async function rivalsOf({ services, notes }: Scene): Promise<Somebody[]> {
  if (notes.isStandIn) return [];
  const [listener] = await findListeners(services.engine.address);
  return listener?.pid === undefined ? [] : findRivals(listener.pid).map(toSomebody);
}

/** Ollama compares names without case, and `latest` is the tag of a name without one. */
function withTag(name: string): string {
  const plain = name.toLowerCase();
  return plain.includes(":") ? plain : `${plain}:latest`;
}
