import * as z from "zod";
import type { Config } from "../config/schema.ts";
import { EngineFinal, EngineTags, OpenAiModelList } from "../contract/engine.ts";
import { engineRoutes } from "../contract/routes.ts";

/** How the engine itself is asked, by the wire that it speaks. */
export interface EngineWire {
  /** Where it lists its models. */
  readonly listPath: string;
  /** The names in that list; undefined where it is none. */
  namesIn(body: unknown): readonly string[] | undefined;
  /** The call by which it is asked for one token. */
  oneToken(model: string): { readonly path: string; readonly body: object };
  /** Whether that is the answer of an engine that works. */
  isReply(body: unknown): boolean;
}

const MESSAGES = [{ role: "user", content: "Say OK" }];

const ollama: EngineWire = {
  listPath: engineRoutes.tags.path(),
  namesIn: (body) => EngineTags.safeParse(body).data?.models.map(({ name }) => name),
  oneToken: (model) => ({
    path: engineRoutes.chat.path(),
    body: { model, messages: MESSAGES, stream: false, options: { num_predict: 1 } },
  }),
  isReply: (body) => EngineFinal.safeParse(body).success,
};

const OpenAiReply = z.object({ choices: z.array(z.object({ message: z.object({}) })).min(1) });

const openai: EngineWire = {
  listPath: engineRoutes.openAiModels.path(),
  namesIn: (body) => OpenAiModelList.safeParse(body).data?.data.map(({ id }) => id),
  oneToken: (model) => ({
    path: engineRoutes.openAiChat.path(),
    body: { model, messages: MESSAGES, stream: false, max_tokens: 1 },
  }),
  isReply: (body) => OpenAiReply.safeParse(body).success,
};

/** By the setting `engine.api`. */
export const ENGINE_WIRES: Readonly<Record<Config["engine"]["api"], EngineWire>> = {
  chat: ollama,
  generate: ollama,
  openai,
};
