import { WireError } from "../../contract/wire-error.ts";

/** What a conversation does not take while a reply of it is being written. Nothing was done. */
export class ConversationAnsweredError extends WireError {
  readonly sessionId: string;

  constructor(sessionId: string) {
    super(
      "generation_in_progress",
      `Conversation ${sessionId} is still being answered.`,
      "Wait for the reply, or cancel it.",
    );
    this.sessionId = sessionId;
  }
}
