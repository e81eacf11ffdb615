import type { EngineClient } from "../../services/gateway/engine-client.ts";
import { wrapChat } from "./wrap-engine.ts";

/** Asks for a reply, and can tell how many are being written, this one among them. */
type CountingChat = (
  running: () => number,
  ...asked: Parameters<EngineClient["chat"]>
) => ReturnType<EngineClient["chat"]>;

/** More replies at once than this are a load: more than any check has that is not about load. */
export const LOAD = 8;

/** A client of the engine that counts the replies, for what goes wrong under load only. */
export function countReplies(client: EngineClient, chat: CountingChat): EngineClient {
  let running = 0;
  return wrapChat(client, async function* (request, signal) {
    running += 1;
    try {
      yield* chat(() => running, request, signal);
    } finally {
      running -= 1;
    }
  });
}
