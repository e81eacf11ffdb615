import type { EngineClient } from "../../services/gateway/engine-client.ts";

/** An engine client whose requests see an abort only when a piece of the reply comes; once, or with each piece. */
export function abortLate(
  client: EngineClient,
  onPiece: "first" | "each",
  onApplied: () => void,
): EngineClient {
  return {
    ...client,
    async *chat(request, signal) {
      const late = new AbortController();
      let hasBegun = false;
      const abort = (): void => {
        if (hasBegun && onPiece === "first") late.abort();
        else onApplied();
      };
      signal.addEventListener("abort", abort, { once: true });
      for await (const pieces of client.chat(request, late.signal)) {
        hasBegun = true;
        if (signal.aborted) late.abort();
        yield pieces;
      }
    },
  };
}
