import { setTimeout as sleep } from "node:timers/promises";
import type { GatewayClient } from "./gateway-client.ts";
import type { ReplyRelay } from "./reply-relay.ts";

/** How long the gateway has to end a reply before that is done here; whoever cancels is answered within 1 s. */
const PATIENCE_MS = 500;

/**
 * The same for a reply that was taken over, until it has begun to come again: its gateway has what readers were told by the HMI that
 * has died, and what that has not saved.
 */
const TAKEN_OVER_PATIENCE_MS = 5_000;

/** How long a reply may still come to its end after the gateway has said that it does not work on it. */
const LAST_WORDS_MS = 150;

/**
 * Ends a reply that runs, at the gateway; and here, where the gateway does not do it, whatever it answers. Resolves
 * when it has ended: true where by this cancel or another one, false where the reply was quicker.
 */
export async function cancelReply(
  reply: ReplyRelay,
  gateway: Pick<GatewayClient, "cancel">,
): Promise<boolean> {
  const over = new AbortController();
  const wait = async (ms: number): Promise<void> => {
    // Its abort is no failure: nobody waits any more.
    await sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  };
  const { isAwaited } = reply;
  const patienceMs = isAwaited ? TAKEN_OVER_PATIENCE_MS : PATIENCE_MS;
  const toldByGateway = async (): Promise<void> => {
    // What it has cancelled has an ending, which is on its way.
    const isEnding = await cancelAtGateway(reply, gateway, over.signal);
    await wait(isEnding || isAwaited ? patienceMs : LAST_WORDS_MS);
  };
  await Promise.race([reply.ended, wait(patienceMs), toldByGateway()]);
  over.abort();
  await reply.cancel();
  return (await reply.ended) === "cancelled";
}

async function cancelAtGateway(
  reply: ReplyRelay,
  gateway: Pick<GatewayClient, "cancel">,
  signal: AbortSignal,
): Promise<boolean> {
  await reply.heard;
  // A gateway that does not look at the name would end the reply that has come after this one.
  if (signal.aborted || reply.log.ended) return true;
  const { sessionId, messageId } = reply;
  try {
    return (await gateway.cancel(sessionId, { messageId, signal })).status === "cancelled";
  } catch {
    // Whatever it answers, the reply ends.
    return false;
  }
}
