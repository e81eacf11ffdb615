import { conversationNotFound } from "../../contract/conversation-not-found.ts";
import type { ChatRequest } from "../../contract/gateway-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { GatewayGeneration } from "./gateway-generation.ts";
import type { RunningGenerations } from "./running-generations.ts";

/** What the gateway knows of the conversation store. */
export interface Conversations {
  /** Whose a conversation is; undefined where the store does not know it. */
  userOf(sessionId: string): Promise<string | undefined>;
  /** The request for the reply that a conversation waits for; undefined where it waits for none, or is unknown. */
  pendingRequest(sessionId: string): Promise<ChatRequest | undefined>;
}

/** What a reader of a conversation asks for. */
export interface ResumeRequest {
  readonly sessionId: string;
  /** Which reply; undefined for the present one. */
  readonly messageId: string | undefined;
  /** False for a reader that comes back: what it has seen the beginning of must not begin again. */
  readonly mayStart: boolean;
}

/**
 * The generation that a reader of a conversation means: the one that runs; else the one that its last
 * message waits for, which is started; else the finished one that is kept. With a `messageId` only that
 * one. Throws `conversation_not_found` or `nothing_to_stream`, and a `HeldElsewhere` where another gateway has it.
 */
export async function resumeGeneration(
  generations: RunningGenerations,
  conversations: Conversations,
  { sessionId, messageId, mayStart }: ResumeRequest,
): Promise<GatewayGeneration> {
  const present = generations.find(sessionId, messageId);
  const isMeant = messageId !== undefined || !present?.log.ended;
  if (present !== undefined && isMeant) return present;

  const read = () => conversations.pendingRequest(sessionId);
  const started = mayStart ? await generations.startPending(sessionId, messageId, read) : undefined;
  if (started !== undefined) return started;
  await generations.requireHere(sessionId, messageId);
  if (present !== undefined) return present;
  if (generations.find(sessionId) === undefined && (await conversations.userOf(sessionId)) === undefined) {
    throw conversationNotFound(sessionId);
  }
  throw new WireError(
    "nothing_to_stream",
    mayStart
      ? `The last message of conversation "${sessionId}" is answered already.`
      : `No generation of conversation "${sessionId}" runs or is kept that a reader could come back to.`,
    "Read the reply from the conversation, or send another message.",
  );
}
