import * as z from "zod";
import type { InstalledEngineModel } from "./engine-client.ts";

const tokens = z.int().min(0).optional().catch(undefined);
const words = z.array(z.string()).optional().catch(undefined);

/**
 * What `GET /v1/models` answers. OpenAI's own entries hold `id` and `owned_by` alone; what servers add is read
 * where they do: `meta` is llama.cpp's, `max_model_len` vLLM's and SGLang's, `context_length` OpenRouter's and others',
 * `max_context_length` and `loaded_context_length` LM Studio's. `models` is llama.cpp's, too, after Ollama's list.
 */
export const OpenAiModels = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      owned_by: z.string().min(1).optional().catch(undefined),
      meta: z.object({ n_ctx: tokens, n_ctx_train: tokens }).nullish().catch(undefined),
      max_model_len: tokens,
      context_length: tokens,
      max_context_length: tokens,
      loaded_context_length: tokens,
      capabilities: words,
    }),
  ),
  models: z
    .array(z.object({ name: z.string(), capabilities: words }))
    .optional()
    .catch(undefined),
});
export type OpenAiModels = z.infer<typeof OpenAiModels>;

/** The models of such a list, with all that it tells of them. */
export function installedIn({ data, models = [] }: OpenAiModels): InstalledEngineModel[] {
  return data.map((model) => {
    const { id, meta } = model;
    const capabilities = model.capabilities ?? models.find(({ name }) => name === id)?.capabilities;
    return {
      name: id,
      owner: model.owned_by ?? null,
      contextWindow:
        meta?.n_ctx_train ?? model.max_context_length ?? model.context_length ?? model.max_model_len ?? null,
      // vLLM and SGLang serve a model with this one window.
      windowInForce: model.loaded_context_length ?? meta?.n_ctx ?? model.max_model_len ?? null,
      capabilities: capabilities === undefined ? null : inOurWords(capabilities),
    };
  });
}

/** llama.cpp calls `multimodal` what can see, or hear. It knows thinking by the template, and does not tell of it. */
function inOurWords(capabilities: readonly string[]): readonly string[] {
  return capabilities.flatMap((each) => (each === "multimodal" ? [each, "vision"] : [each]));
}
