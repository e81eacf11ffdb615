import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { findModel } from "../../contract/model-names.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { isEventStreamType } from "../../contract/sse-decoder.ts";
import { WireError } from "../../contract/wire-error.ts";
import { createUpstream, type Upstream } from "../http/upstream-client.ts";
import { createReplyLimit } from "../stream/reply-limit.ts";
import type {
  EngineClient,
  EngineClientOptions,
  EngineIdentity,
  InstalledEngineModel,
} from "./engine-client.ts";
import type { EngineRequest } from "./engine-request.ts";
import { identifyOllama } from "./ollama-identity.ts";
import { openAiCall, saysThinkIsUnknown, thinkFields } from "./openai-call.ts";
import { openAiRefusal } from "./openai-errors.ts";
import { installedIn, OpenAiModels } from "./openai-models.ts";
import { createOpenAiReplyDecoder } from "./openai-reply-decoder.ts";
import { readEngineStream } from "./read-engine-stream.ts";

/** A client of any server that speaks OpenAI's wire: llama.cpp's, vLLM, LM Studio, LiteLLM, Ollama's `/v1`. */
export function createOpenAiClient(options: EngineClientOptions): EngineClient {
  const { url, apiKey = "", maxReplyChars = DEFAULTS.maxReplyChars, logger } = options;
  const engine = createUpstream({
    urls: [url],
    token: apiKey,
    name: "engine",
    unavailable: "engine_unavailable",
    hint: "Start the server, or set engine.url to where it is.",
    broken: "engine_error",
    refusal: (status, body, retryAfterS) =>
      openAiRefusal({ status, body, retryAfterS, hasKey: apiKey !== "" }),
  });
  const list = async (signal?: AbortSignal): Promise<InstalledEngineModel[]> => {
    const path = engineRoutes.openAiModels.path();
    return installedIn(await engine.ask({ method: "GET", path }, OpenAiModels, signal));
  };
  const behind = createBehindWire(engine);
  return {
    async identify(signal) {
      const [more] = await Promise.all([behind(signal), list(signal)]);
      return more ?? { kind: "openai" };
    },
    modelNames: async (signal) => (await list(signal)).map(({ name }) => name),
    models: list,
    async isAble(model, capability, signal) {
      const models = await list(signal);
      const name = findModel(
        models.map((each) => each.name),
        model,
      );
      const able = models.find((each) => each.name === name)?.capabilities;
      if (able?.includes(capability)) return true;
      // A list that says nothing of thinking says nothing: llama.cpp's knows of pictures alone.
      return able != null && capability === "vision" ? false : null;
    },
    isLoaded: async () => null,
    // Such a server may pass on to one that somebody is paid for.
    isFree: () => false,
    async *chat(request, signal) {
      const { body, leftOut } = openAiCall(request);
      if (leftOut.length > 0) {
        logger?.debug({ options: leftOut }, "options that OpenAI's wire has no name for are not sent");
      }
      const stream = await askForReply(engine, body, request, signal);
      yield* readEngineStream(
        stream,
        createOpenAiReplyDecoder(createReplyLimit("engine", maxReplyChars)),
        "an event stream",
      );
    },
    close: () => engine.close(),
  };
}

/**
 * Which engine it is that speaks this wire beside its own: Ollama, or the stand-in, whose answers are scripted. Asked
 * until it has been answered once: some servers log a line at each path that they do not know.
 */
function createBehindWire(engine: Upstream): (signal?: AbortSignal) => Promise<EngineIdentity | undefined> {
  let answered: Promise<EngineIdentity | undefined> | undefined;
  return (signal) => {
    answered ??= identifyOllama(engine, signal).catch((error: unknown) => {
      if (error instanceof WireError && error.code === "engine_unavailable") answered = undefined;
      return undefined;
    });
    return answered;
  };
}

/**
 * The body of the answer. A server that does not take the fields by which thinking is turned off has nothing to turn
 * off by them, and is asked again without; where thinking is asked for, it is not able.
 */
async function askForReply(
  engine: Upstream,
  body: object,
  { think }: EngineRequest,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const ask = async (fields: object): Promise<AsyncIterable<Uint8Array>> => {
    const path = engineRoutes.openAiChat.path();
    const answer = await engine.send({ method: "POST", path, body: { ...body, ...fields }, signal });
    const stream = await engine.bodyOf(answer);
    const type = [answer.headers["content-type"]].flat()[0];
    if (type === undefined || isEventStreamType(type)) return stream;
    // What is not read to its end says so, to nobody who would mind.
    answer.body.on("error", () => undefined).destroy();
    throw new WireError("engine_error", `The engine answered with ${type} instead of an event stream.`);
  };
  if (think === undefined) return await ask({});
  try {
    return await ask(thinkFields(think));
  } catch (error) {
    const isUnknown =
      error instanceof WireError && error.code === "engine_error" && saysThinkIsUnknown(error.message);
    if (!isUnknown) throw error;
    if (think === false) return await ask({});
    throw new WireError("not_able", error.message, "Choose another model, or do not ask for thoughts.");
  }
}
