import { chooseDefaultModel } from "../../contract/default-model-rule.ts";
import { findModel } from "../../contract/model-names.ts";
import { findRivals } from "../../os/duplicate-processes.ts";
import { findListeners } from "../../os/listening-ports.ts";
import { ENGINE_WIRES } from "../../targets/engine-wires.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { Rung } from "../climb-ladder.ts";
import { askService, type ExaminedStack, examinedService } from "../doctor-context.ts";
import type { OtherProcess } from "../explanations/process-explanations.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { shortened } from "../text-helpers.ts";
import { describedProcess } from "./other-processes.ts";

/** There is a model for messages that name none: the configured one, or what stands in for it (contract, section 2). */
export const engineModel = modelRung(async (stack, installed, inForce) => {
  const { model } = stack;
  if (findModel(installed, model) !== undefined) return `has the configured model ${model}`;
  const rivals = (await rivalsOf(stack))
    .map(({ words }) => `; another Ollama may have it: ${words}`)
    .join("");
  return `does not have the configured model "${model}": ${inForce}, the first that it lists, stands in${rivals}`;
});

/** Behind a service of another wire, whose names for models are its own: there is one to ask the engine itself with. */
export const engineBehindModel = modelRung(
  async (_, __, inForce) => `has models: ${inForce} is asked of it directly`,
);

function modelRung(
  tell: (stack: ExaminedStack, installed: readonly string[], inForce: string) => Promise<string>,
): Rung<ExaminedStack> {
  return {
    id: "engine/model",
    service: "engine",
    name: "model",
    needs: ["engine/answers"],
    async look(stack) {
      const { model, notes, engineApi } = stack;
      const wire = ENGINE_WIRES[engineApi];
      const { body } = await askService(stack, "engine", ["GET", wire.listPath]);
      const installed = wire.namesIn(body);
      if (installed === undefined) {
        return brokenRung("models_unreadable", {
          path: wire.listPath,
          said: shortened(JSON.stringify(body)),
        });
      }
      notes.installed = installed;
      notes.engineModels = installed;
      const inForce = chooseDefaultModel(installed, model);
      if (inForce === undefined) {
        return brokenRung("model_missing", { model, kind: notes.engineKind, rivals: await rivalsOf(stack) });
      }
      notes.model = inForce;
      return { status: "holds", text: await tell(stack, installed, inForce) };
    },
  };
}

/** A model takes minutes to load from a slow disk. */
const LOAD_TIMEOUT_MS = 180_000;

/** The engine answers a chat itself. */
export const engineChat: Rung<ExaminedStack> = {
  id: "engine/chat",
  service: "engine",
  name: "chat",
  needs: ["engine/model"],
  async look(stack) {
    const { notes, engineApi } = stack;
    const seen = { model: notes.model, kind: notes.engineKind, url: examinedService(stack, "engine").url };
    let answer: SeenCall;
    const start = performance.now();
    try {
      answer = await chatWithEngine(stack, LOAD_TIMEOUT_MS);
    } catch (error) {
      stack.signal.throwIfAborted();
      if (!isTimeout(error)) throw error;
      return brokenRung("engine_silent", { ...seen, seconds: LOAD_TIMEOUT_MS / 1000 });
    }
    notes.chatMs = Math.round(performance.now() - start);
    const { status, body } = answer;
    if (status === 200 && ENGINE_WIRES[engineApi].isReply(body)) {
      return { status: "holds", text: `answers a chat of one token with ${notes.model}` };
    }
    return brokenRung("engine_chat_failed", { ...seen, status, said: shortened(JSON.stringify(body)) });
  },
};

/** One token, asked of the engine itself. */
export async function chatWithEngine(stack: ExaminedStack, timeoutMs: number): Promise<SeenCall> {
  const { path, body } = ENGINE_WIRES[stack.engineApi].oneToken(stack.notes.model);
  return await askService(stack, "engine", ["POST", path], { body, timeoutMs });
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

/** Other Ollamas that run here: the model may be in the folder of one of them. */
async function rivalsOf(stack: ExaminedStack): Promise<OtherProcess[]> {
  if (stack.notes.engineKind !== "ollama") return [];
  const [listener] = await findListeners(examinedService(stack, "engine").address);
  return listener?.pid === undefined ? [] : findRivals(listener.pid).map(describedProcess);
}
