import * as z from "zod";
import type { EngineApi } from "../contract/contract-defaults.ts";
import { EngineFinal, EngineTags, OpenAiModelList } from "../contract/engine-schemas.ts";
import type { EngineMessage, EngineOptions } from "../contract/gateway-schemas.ts";
import { engineRoutes } from "../contract/routes.ts";

/** A request to an engine. */
export interface EngineCall {
  readonly path: string;
  readonly body: object;
}

/** What an engine is asked for in one streamed reply. */
export interface EngineAsk {
  readonly model: string;
  readonly message: string;
  /** By Ollama's names. */
  readonly options: EngineOptions;
}

/** How the engine itself is asked, by the wire that it speaks. */
export interface EngineWire {
  /** Where it lists its models. */
  readonly listPath: string;
  /** The names in that list; undefined where it is none. */
  namesIn(body: unknown): readonly string[] | undefined;
  /** The call by which it is asked for one token. */
  oneToken(model: string): EngineCall;
  /** Whether that is the answer of an engine that works. */
  isReply(body: unknown): boolean;
  /** The call by which it streams a reply to one message. */
  streamed(ask: EngineAsk): EngineCall;
}

const SAY_OK: readonly EngineMessage[] = [{ role: "user", content: "Say OK" }];

const ollama: EngineWire = {
  listPath: engineRoutes.tags.path(),
  namesIn: (body) => EngineTags.safeParse(body).data?.models.map(({ name }) => name),
  oneToken: (model) => ({
    path: engineRoutes.chat.path(),
    body: { model, messages: SAY_OK, stream: false, options: { num_predict: 1 } },
  }),
  isReply: (body) => EngineFinal.safeParse(body).success,
  streamed: ({ model, message, options }) => ({
    path: engineRoutes.chat.path(),
    body: { model, messages: [{ role: "user", content: message }], stream: true, think: false, options },
  }),
};

/** As `chat`, but for a reply, which it is asked for by a prompt. */
const ollamaGenerate: EngineWire = {
  ...ollama,
  streamed: ({ model, message, options }) => ({
    path: engineRoutes.generate.path(),
    body: { model, prompt: message, stream: true, think: false, options },
  }),
};

const OpenAiReply = z.object({ choices: z.array(z.object({ message: z.object({}) })).min(1) });

const openai: EngineWire = {
  listPath: engineRoutes.openAiModels.path(),
  namesIn: (body) => OpenAiModelList.safeParse(body).data?.data.map(({ id }) => id),
  oneToken: (model) => ({
    path: engineRoutes.openAiChat.path(),
    body: { model, messages: SAY_OK, stream: false, max_tokens: 1 },
  }),
  isReply: (body) => OpenAiReply.safeParse(body).success,
  streamed: ({ model, message, options: { num_predict, ...options } }) => ({
    path: engineRoutes.openAiChat.path(),
    body: {
      model,
      messages: [{ role: "user", content: message }],
      stream: true,
      stream_options: { include_usage: true },
      ...options,
      max_tokens: num_predict,
    },
  }),
};

/** By the setting `engine.api`. */
export const ENGINE_WIRES: Readonly<Record<EngineApi, EngineWire>> = {
  chat: ollama,
  generate: ollamaGenerate,
  openai,
};
