import type {
  ChatRequest,
  EngineMessage,
  EngineOptions,
  KeepAlive,
  Think,
} from "../../contract/gateway-schemas.ts";

/** What the engine is asked for one reply, in Ollama's terms; a client of another wire says it in that one's. */
export interface EngineRequest {
  readonly model: string;
  readonly messages: readonly EngineMessage[];
  readonly options?: EngineOptions | undefined;
  readonly think?: Think | undefined;
  readonly keep_alive?: KeepAlive | undefined;
}

/** The same of what the gateway was asked for; which model it is, is settled when its turn comes. */
export function engineRequestOf(request: ChatRequest): Omit<EngineRequest, "model"> {
  const { options, think, keep_alive } = request;
  return {
    messages: messagesOf(request),
    ...(options && { options }),
    ...(think !== undefined && { think }),
    ...(keep_alive !== undefined && { keep_alive }),
  };
}

/** The history with the pictures of its last message. */
function messagesOf({ content, messages, images }: ChatRequest): readonly EngineMessage[] {
  const history = messages ?? [{ role: "user" as const, content }];
  const last = history.at(-1);
  if (images === undefined || last === undefined) return history;
  return [...history.slice(0, -1), { ...last, images }];
}
