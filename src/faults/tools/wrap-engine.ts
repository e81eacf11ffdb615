import type { EngineClient } from "../../services/gateway/engine-client.ts";

/** A client of the engine like this one, except that replies are asked for in another way. */
export function wrapChat(client: EngineClient, chat: EngineClient["chat"]): EngineClient {
  return { ...client, chat };
}
