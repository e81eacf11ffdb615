import type { GatewayClient } from "../../services/hmi/gateway-client.ts";

/** A client that tells when the gateway has gone in mid-reply; a stream that is cut while it lives is no such thing. */
export function noticeGatewayLoss(client: GatewayClient, onLost: () => void): GatewayClient {
  return {
    ...client,
    async *chat(request, signal) {
      try {
        yield* client.chat(request, signal);
      } catch (error) {
        if (!signal.aborted && (await isGone(client))) onLost();
        throw error;
      }
    },
  };
}

async function isGone(client: GatewayClient): Promise<boolean> {
  return await client.health().then(
    () => false,
    () => true,
  );
}
