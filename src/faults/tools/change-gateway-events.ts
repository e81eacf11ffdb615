import type { StreamEvent } from "../../contract/event-schemas.ts";
import type { GatewayClient } from "../../services/hmi/gateway-client.ts";

/** A gateway client whose replies' events are changed, one by one; undefined drops one, the same object lets it pass. */
export function changeGatewayEvents(
  client: GatewayClient,
  change: (event: StreamEvent) => StreamEvent | undefined,
  onApplied: () => void,
): GatewayClient {
  return {
    ...client,
    async *chat(request, signal) {
      for await (const events of client.chat(request, signal)) {
        yield events.flatMap((event) => {
          const changed = change(event);
          if (changed !== event) onApplied();
          return changed ?? [];
        });
      }
    },
  };
}
