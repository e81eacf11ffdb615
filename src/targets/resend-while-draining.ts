import { setTimeout as sleep } from "node:timers/promises";
import { ErrorBody } from "../contract/common-schemas.ts";
import { SENDING_AGAIN } from "../contract/contract-defaults.ts";
import { UserError } from "../errors/user-error.ts";
import type { Sent } from "./drivers/chat-client.ts";

/**
 * Sends a message; where it is refused because a copy of the service is being stopped, which then has begun nothing, it is sent
 * again: by the same address another copy takes it, or the same one once it is back.
 *
 * @param onWait told once, before it is sent again
 */
export async function resendWhileDraining(
  send: () => Promise<Sent>,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: () => void },
): Promise<Sent> {
  const until = performance.now() + SENDING_AGAIN.longestMs;
  let hasDrained = false;
  for (;;) {
    const isOver = performance.now() > until;
    try {
      const sent = await send();
      if (isOver || !isDraining(sent)) return sent;
      if (!hasDrained) onWait();
      hasDrained = true;
    } catch (error) {
      // Between its end and its next start nobody is there to take it.
      if (isOver || !hasDrained || !isNobodyThere(error)) throw error;
    }
    await sleep(SENDING_AGAIN.pauseMs, undefined, { signal });
  }
}

function isDraining({ isTaken, call }: Sent): boolean {
  return !isTaken && call.status === 503 && ErrorBody.safeParse(call.body).data?.error.code === "draining";
}

function isNobodyThere(error: unknown): boolean {
  const cause = error instanceof UserError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED";
}
