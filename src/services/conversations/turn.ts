import type { ChatRequest, EngineMessage } from "../../contract/gateway.ts";
import type { Message, Profile, Session } from "../../contract/hmi.ts";
import { instructionsOf } from "./agents.ts";
import { buildPrompt } from "./prompt.ts";
import type { History, UserStore } from "./store.ts";

/** A conversation whose last message waits for its reply. */
export interface Turn {
  readonly session: Session;
  /** The conversation's own profile; null for a general one. */
  readonly profile: Profile | null;
  /** What was said, the message that is to be answered last. */
  readonly history: History;
  /** The reply's row, which is still empty. */
  readonly reply: Message;
}

/** What the gateway is asked for a turn: the whole history, and the settings of the profile. */
export function chatRequest({ session, profile, history, reply }: Turn): ChatRequest {
  const agentInstructions = instructionsOf(session.agent_id);
  const messages: EngineMessage[] = buildPrompt({ agentInstructions, profile, history });
  const options = profile?.settings.options;
  return {
    session_id: session.session_id,
    message_id: reply.message_id,
    agent_id: session.agent_id,
    content: history.messages.findLast((message) => message.role === "user")?.content ?? "",
    messages,
    ...(reply.model_name === null ? {} : { model: reply.model_name }),
    ...(options === undefined ? {} : { options }),
  };
}

/**
 * The request for the reply that a conversation waits for, from the store alone; undefined where its last
 * message is answered already. Throws `conversation_not_found`.
 */
export async function pendingRequest(store: UserStore, sessionId: string): Promise<ChatRequest | undefined> {
  const session = await store.conversations.get(sessionId);
  const { summary, messages } = await store.messages.history(sessionId);
  const reply = messages.at(-1);
  if (reply?.status !== "streaming") return undefined;
  const profile = await store.profiles.context(session.model_id);
  return chatRequest({ session, profile, history: { summary, messages: messages.slice(0, -1) }, reply });
}
