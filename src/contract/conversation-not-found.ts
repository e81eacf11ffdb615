import { WireError } from "./wire-error.ts";

/** The error of a call about a conversation that is not there, or is another's, which is the same to whoever asks. */
export function conversationNotFound(sessionId: string): WireError {
  return new WireError("conversation_not_found", `There is no conversation "${sessionId}".`);
}
