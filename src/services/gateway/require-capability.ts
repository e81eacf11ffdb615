import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import { withoutPrefix } from "../../contract/model-names.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { EngineAccess } from "./ask-engine.ts";
import type { DefaultModel } from "./default-model.ts";
import type { Capability } from "./engine-client.ts";

/** What a request may want of a model that not every model can, by the engine's word for it. */
const WANTS = {
  vision: {
    isWanted: ({ images, messages }: ChatRequest) =>
      (images ?? []).length > 0 || (messages?.at(-1)?.images ?? []).length > 0,
    cannot: "cannot see pictures",
    hint: "Choose a model whose capabilities have `vision` (GET /models), or leave out `images`.",
  },
  thinking: {
    isWanted: ({ think = false }: ChatRequest) => think !== false,
    cannot: "cannot think before it answers",
    hint: "Choose a model whose capabilities have `thinking` (GET /models), or leave out `think`.",
  },
} as const satisfies Record<Capability, unknown>;

const CAPABILITIES = ["vision", "thinking"] as const satisfies readonly Capability[];

/**
 * Throws `not_able` where it is known that the model cannot do what the request asks of it. The engine is asked only
 * where something is asked: pictures for a blind model Ollama passes over in silence. What nobody tells is passed on,
 * and so is a request that finds no engine: its stream says so.
 */
export async function requireCapability(
  { engine, defaultModel }: Pick<EngineAccess, "engine" | "defaultModel">,
  request: ChatRequest,
): Promise<void> {
  const wanted = CAPABILITIES.filter((capability) => WANTS[capability].isWanted(request));
  if (wanted.length === 0) return;
  const model = await modelOf(request, defaultModel).catch(() => undefined);
  if (model === undefined) return;
  for (const capability of wanted) {
    const isAble = await engine.isAble(model, capability, soon()).catch(() => null);
    if (isAble !== false) continue;
    const { cannot, hint } = WANTS[capability];
    throw new WireError("not_able", `The model "${model}" ${cannot}.`, hint);
  }
}

async function modelOf({ model }: ChatRequest, defaultModel: DefaultModel): Promise<string> {
  return model === undefined ? await defaultModel.name(soon()) : withoutPrefix(model);
}

/** The message waits for this: what is not told by then counts as not known. */
function soon(): AbortSignal {
  return AbortSignal.timeout(2_000);
}
