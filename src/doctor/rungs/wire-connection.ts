import { connectChat, wireOf } from "../../targets/connect-chat.ts";
import type { ChatClient } from "../../targets/drivers/chat-client.ts";
import { watchEngine } from "../../targets/engine-watch.ts";
import { createPlainHttpCalls, type PlainHttpCalls } from "../../targets/plain-http-calls.ts";
import type { ExaminedStack } from "../doctor-context.ts";

/** What looking at the engine may take, in milliseconds. */
const LOOK_TIMEOUT_MS = 5_000;

/** The service that messages are sent to. */
export interface ConnectedFront {
  readonly chat: ChatClient;
  /** Calls beside its chat, by whom the wire lets in; undefined where it follows the contract. */
  readonly plain: PlainHttpCalls | undefined;
}

/** Connects the driver, with a model that is asked for. Nothing is sent yet. */
export async function connectTo(stack: ExaminedStack, model: string): Promise<ChatClient> {
  return (await connectFront(stack, model)).chat;
}

/** The same, with what may be called beside it. */
export async function connectFront(stack: ExaminedStack, model: string): Promise<ConnectedFront> {
  const engine = stack.services.engine?.client;
  const soon = AbortSignal.any([stack.signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
  const watch = engine && (await watchEngine(engine, soon, { token: stack.target.token }));
  const isStandIn = watch?.isStandIn ?? false;
  const { chat, client, session } = await connectChat({ ...stack.target, model }, { isStandIn });
  stack.defer("a connection", () => client.close());
  return { chat, plain: session && createPlainHttpCalls(client, wireOf(stack.target), session) };
}
