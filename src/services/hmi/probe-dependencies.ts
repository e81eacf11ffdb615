import type { DependencyHealth } from "../../contract/common-schemas.ts";
import type { ConversationStore } from "../conversations/conversation-store.ts";
import { PROBE_PATIENCE_MS, probeDependency } from "../http/report-health.ts";
import type { ChatService } from "./chat-service.ts";
import type { GatewayClient } from "./gateway-client.ts";

/** What the HMI works with. */
export interface Dependencies {
  readonly gateway: GatewayClient;
  readonly gatewayUrl: string;
  readonly store: ConversationStore;
  readonly chat: Pick<ChatService, "checkSaved">;
}

/**
 * Asks the HMI's dependencies how they are. The engine is seen through the gateway, and left out where the
 * gateway does not tell of it: then nobody here knows, and the gateway is what a person has to look after.
 */
export async function probeDependencies(
  dependencies: Dependencies,
): Promise<Record<string, DependencyHealth>> {
  const [throughGateway, store] = await Promise.all([probeGateway(dependencies), probeStore(dependencies)]);
  return { ...throughGateway, store };
}

async function probeGateway({
  gateway,
  gatewayUrl,
}: Dependencies): Promise<{ gateway: DependencyHealth; engine?: DependencyHealth }> {
  let engine: DependencyHealth | undefined;
  const ask = async () => {
    const { version, dependencies } = await gateway.health();
    // Gateways of the first edition, and of the seeds, call it by the one engine that they know.
    engine = dependencies["engine"] ?? dependencies["ollama"];
    return { version };
  };
  const health = await probeDependency(gatewayUrl, ask, PROBE_PATIENCE_MS.hmi);
  return { gateway: health, ...(engine === undefined ? {} : { engine }) };
}

async function probeStore({ store, chat }: Dependencies): Promise<DependencyHealth> {
  const ask = async () => {
    chat.checkSaved();
    await store.probe();
    return undefined;
  };
  return await probeDependency(undefined, ask, PROBE_PATIENCE_MS.hmi);
}
