import { DEFAULTS } from "../../contract/contract-defaults.ts";
import {
  EngineLoaded,
  EngineShown,
  EngineTags,
  type InstalledModel as TaggedModel,
} from "../../contract/engine-schemas.ts";
import { findModel } from "../../contract/model-names.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { WireError } from "../../contract/wire-error.ts";
import { createUpstream, type Upstream } from "../http/upstream-client.ts";
import { createReplyLimit } from "../stream/reply-limit.ts";
import type { EngineClient, EngineClientOptions, InstalledEngineModel } from "./engine-client.ts";
import { type EngineRefusal, engineRefusalError } from "./engine-failure.ts";
import { type OllamaApi, ollamaCall } from "./ollama-call.ts";
import { identifyOllama } from "./ollama-identity.ts";
import { createOllamaReplyDecoder } from "./ollama-reply-decoder.ts";
import { readEngineStream } from "./read-engine-stream.ts";

/** A client of Ollama's own wire, which asks for replies by this call. */
export function createOllamaClient(options: EngineClientOptions, api: OllamaApi): EngineClient {
  const { url, apiKey = "", maxReplyChars = DEFAULTS.maxReplyChars } = options;
  const engine = createUpstream({
    urls: [url],
    token: apiKey,
    name: "engine",
    unavailable: "engine_unavailable",
    hint: "Start it with `ollama serve`, or let `stack up` start one.",
    broken: "engine_error",
    refusal: (status, body, retryAfterS) =>
      ollamaRefusal({ status, body, retryAfterS, hasKey: apiKey !== "" }),
  });
  const tags = async (signal?: AbortSignal): Promise<readonly TaggedModel[]> =>
    (await engine.ask({ method: "GET", path: engineRoutes.tags.path() }, EngineTags, signal)).models;
  const describe = createDescriber(engine);
  return {
    identify: (signal) => identifyOllama(engine, signal),
    modelNames: async (signal) => (await tags(signal)).map(({ name }) => name),
    async models(signal) {
      const [tagged, loaded] = await Promise.all([tags(signal), loadedModels(engine, signal)]);
      return await Promise.all(
        tagged.map(async (model) => ({
          ...(await describe(model, signal)),
          windowInForce: loaded?.get(model.name) ?? null,
        })),
      );
    },
    async isAble(model, capability, signal) {
      const tagged = await tags(signal);
      const name = findModel(
        tagged.map((each) => each.name),
        model,
      );
      const found = tagged.find((each) => each.name === name);
      const able = found && (await describe(found, signal)).capabilities;
      return able?.includes(capability) ?? null;
    },
    async isLoaded(model, signal) {
      const loaded = await loadedModels(engine, signal);
      return loaded === null ? null : findModel([...loaded.keys()], model) !== undefined;
    },
    // Models of this form of name run elsewhere: what they cost is between the user and Ollama.
    isFree: (model) => !/[:-]cloud$/.test(model),
    async *chat(request, signal) {
      const answer = await engine.send({ method: "POST", ...ollamaCall(api, request), signal });
      const decoder = createOllamaReplyDecoder(createReplyLimit("engine", maxReplyChars));
      yield* readEngineStream(await engine.bodyOf(answer), decoder, "NDJSON");
    },
    close: () => engine.close(),
  };
}

/** Ollama looks after its runners before it tells of them, which may take it ten seconds while it is busy. */
const LOADED_TIMEOUT_MS = 1_000;

/** The models that are loaded, each with its window in tokens; null where it does not tell soon. */
async function loadedModels(
  engine: Upstream,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number | undefined> | null> {
  const soon = AbortSignal.timeout(LOADED_TIMEOUT_MS);
  const either = signal === undefined ? soon : AbortSignal.any([signal, soon]);
  const asked = engine.ask({ method: "GET", path: engineRoutes.ps.path() }, EngineLoaded, either);
  const answer = await asked.catch(() => null);
  return answer && new Map(answer.models.map(({ name, context_length }) => [name, context_length]));
}

/**
 * Completes what the list tells of a model with what `/api/show` tells. That is asked once for each state of a
 * model, by its digest, so that it is never stale: a model that was made or pulled anew has another digest.
 */
function createDescriber(
  engine: Upstream,
): (model: TaggedModel, signal: AbortSignal | undefined) => Promise<InstalledEngineModel> {
  const shown = new Map<string, EngineShown>();
  const show = async ({ name, digest }: TaggedModel, signal: AbortSignal | undefined) => {
    const key = `${digest} ${name}`;
    const known = digest === undefined ? undefined : shown.get(key);
    if (known !== undefined) return known;
    const asked = { method: "POST", path: engineRoutes.show.path(), body: { model: name } } as const;
    const answer = await engine.ask(asked, EngineShown, signal);
    if (digest !== undefined) shown.set(key, answer);
    return answer;
  };
  return async (model, signal) => {
    const { name, capabilities, details } = model;
    const isTold = capabilities !== undefined && details?.context_length !== undefined;
    // One that cannot be shown, such as one that is just being deleted, is no reason for the others to fail.
    const more = isTold ? undefined : await show(model, signal).catch(() => undefined);
    return {
      name,
      owner: null,
      contextWindow: details?.context_length ?? contextLengthIn(more) ?? null,
      windowInForce: null,
      capabilities: capabilities ?? more?.capabilities ?? null,
    };
  };
}

/** `{"general.architecture": "llama", "llama.context_length": 8192}`. */
function contextLengthIn(shown: EngineShown | undefined): number | undefined {
  const info = shown?.model_info ?? {};
  const length = info[`${String(info["general.architecture"])}.context_length`];
  return typeof length === "number" && Number.isInteger(length) && length >= 0 ? length : undefined;
}

/** What Ollama said instead of a reply, as the contract's error. */
function ollamaRefusal(answer: Omit<EngineRefusal, "said"> & { readonly body: string }): WireError {
  const said = errorIn(answer.body);
  if (said !== undefined && isUnknownModel(answer.status, said))
    return new WireError("model_not_found", said);
  return engineRefusalError({ ...answer, said: said ?? answer.body });
}

/** Also where the name is none that a model could have, such as a display name. */
function isUnknownModel(status: number, said: string): boolean {
  return (status === 404 && /model/.test(said)) || said === "invalid model name";
}

function errorIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    const error = typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}
