import { connectChat } from "../../targets/connect-chat.ts";
import type { ChatClient } from "../../targets/drivers/chat-client.ts";
import { watchEngine } from "../../targets/engine-watch.ts";
import type { ExaminedStack } from "../doctor-context.ts";

/** What looking at the engine may take, in milliseconds. */
const LOOK_TIMEOUT_MS = 5_000;

/** Connects the driver, with a model that is asked for. Nothing is sent yet. */
export async function connectTo(stack: ExaminedStack, model: string): Promise<ChatClient> {
  const engine = stack.services.engine?.client;
  const soon = AbortSignal.any([stack.signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
  const watch = engine && (await watchEngine(engine, soon, stack.target.token));
  const isStandIn = watch?.isStandIn ?? false;
  const { chat, client } = await connectChat({ ...stack.target, model }, { isStandIn });
  stack.defer("a connection", () => client.close());
  return chat;
}
