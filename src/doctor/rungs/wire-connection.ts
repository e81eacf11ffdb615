import { connectChat } from "../../targets/connect-chat.ts";
import type { ChatClient } from "../../targets/drivers/chat-client.ts";
import { watchEngine } from "../../targets/engine-watch.ts";
import type { Scene } from "../doctor-scene.ts";

/** What looking at the engine may take, in milliseconds. */
const LOOK_TIMEOUT_MS = 5_000;

/** The mouth and the ears, by a model that is asked for. Nothing is said yet. */
export async function connectTo(scene: Scene, model: string): Promise<ChatClient> {
  const engine = scene.services.engine?.client;
  const soon = AbortSignal.any([scene.signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
  const watch = engine && (await watchEngine(engine, soon, scene.target.token));
  const isStandIn = watch?.isStandIn ?? false;
  const { chat, client } = await connectChat({ ...scene.target, model }, { isStandIn });
  scene.defer("a connection", () => client.close());
  return chat;
}
