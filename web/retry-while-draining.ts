import { SENDING_AGAIN } from "../src/contract/contract-defaults.ts";
import { ApiError } from "./api-error.ts";
import { isUnreachable } from "./hmi-connection.ts";

export interface DrainingCall {
  /** Whether the HMI knows the call again by a key: then it may also be made where nobody can tell whether it has come. */
  readonly hasKey: boolean;
  /** Told each time that it waits for another HMI. */
  readonly onWait: () => void;
  /** False once nobody wants the answer any more. */
  readonly isWanted: () => boolean;
}

/**
 * Makes a call that begins a reply. An HMI that is being stopped refuses it, and has begun nothing: it is made again, because
 * by the same address another copy answers, or this one once it is back. Throws what the call has thrown last.
 */
export async function retryWhileDraining<Answer>(
  call: () => Promise<Answer>,
  { hasKey, onWait, isWanted }: DrainingCall,
): Promise<Answer> {
  const until = performance.now() + SENDING_AGAIN.longestMs;
  let hasDrained = false;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const drains = error instanceof ApiError && error.code === "draining";
      hasDrained ||= drains;
      // Between its end and its next start nobody is there.
      const isGone = hasDrained && hasKey && error instanceof ApiError && isUnreachable(error);
      if (!(drains || isGone) || performance.now() > until || !isWanted()) throw error;
      onWait();
    }
    await new Promise((resolve) => setTimeout(resolve, SENDING_AGAIN.pauseMs));
  }
}
