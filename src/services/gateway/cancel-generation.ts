import { conversationNotFound } from "../../contract/conversation-not-found.ts";
import type { CancelAnswer } from "../../contract/gateway-schemas.ts";
import type { Conversations } from "./resume-generation.ts";
import type { RunningGenerations } from "./running-generations.ts";

/**
 * Ends a conversation's generation, or only that of the reply which is named. Throws `conversation_not_found`, and a
 * `HeldElsewhere` where another gateway has it.
 */
export async function cancelGeneration(
  generations: RunningGenerations,
  conversations: Conversations,
  session_id: string,
  messageId: string | undefined,
): Promise<CancelAnswer> {
  const running = generations.find(session_id, messageId);
  if (running !== undefined && !running.log.ended) {
    running.cancel();
    return { status: "cancelled", session_id, message_id: running.messageId };
  }
  await generations.requireHere(session_id, messageId);
  const isKnown = generations.find(session_id) !== undefined;
  if (isKnown || (await conversations.userOf(session_id)) !== undefined) {
    return { status: "idle", session_id };
  }
  // Another gateway may know the conversation by another reply.
  if (messageId !== undefined) await generations.requireHere(session_id);
  throw conversationNotFound(session_id);
}
