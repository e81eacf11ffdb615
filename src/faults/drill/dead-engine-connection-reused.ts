import { WireError } from "../../contract/wire-error.ts";
import type { EngineClient } from "../../services/gateway/engine-client.ts";
import type { Fault } from "../fault.ts";
import { wrapChat } from "../tools/wrap-engine.ts";

export const deadEngineConnectionReused: Fault = {
  name: "dead-engine-connection-reused",
  story:
    "After the engine has died, the gateway asks for the next reply over the dead connection, and it fails.",
  seenIn: "the contract, section 5: an error never costs what comes after it",
  caughtBy: ["drill/engine-next"],
  actsIn: ["drill"],
  overrides: (onApplied) => ({
    engine(client) {
      let isDead = false;
      return wrapChat(client, async function* (request, signal) {
        if (isDead) {
          onApplied();
          isDead = false;
          throw new WireError("engine_unavailable", "The engine does not answer: write EPIPE.");
        }
        try {
          yield* client.chat(request, signal);
        } catch (error) {
          if (!signal.aborted) isDead = await isGone(client);
          throw error;
        }
      });
    },
  }),
};

/** An engine that cuts a reply, and lives, is not dead. */
async function isGone(client: EngineClient): Promise<boolean> {
  return await client.identify().then(
    () => false,
    () => true,
  );
}
