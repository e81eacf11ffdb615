import { selectedModel } from "./chat-selectors.ts";
import type { ChatState, ShownMessage } from "./chat-state.ts";

/** The keys of a message's versions, its own among them. */
export function versionsOf({ message_id, versions }: ShownMessage): readonly string[] {
  return versions.length === 0 ? [message_id] : versions;
}

/** Keys of a message and its reply until the HMI has given them theirs. */
export const UNSAVED = { user: "unsaved-message", reply: "unsaved-reply" } as const;

/** True for a message that the HMI has not confirmed. */
export function isUnsaved({ message_id }: ShownMessage): boolean {
  return message_id === UNSAVED.user || message_id === UNSAVED.reply;
}

/** A message that is on its way. `earlier` are the versions that there are already. */
export function unsavedMessage(
  state: ChatState,
  text: string,
  at: number,
  earlier: readonly string[],
): ShownMessage {
  return {
    ...unsavedReply(state, at, []),
    message_id: UNSAVED.user,
    role: "user",
    content: text,
    status: "complete",
    versions: earlier.length === 0 ? [] : [...earlier, UNSAVED.user],
  };
}

/** The place for a reply that is not begun. `earlier` are the versions that there are already. */
export function unsavedReply(state: ChatState, at: number, earlier: readonly string[]): ShownMessage {
  return {
    message_id: UNSAVED.reply,
    role: "assistant",
    content: "",
    thinking: null,
    thinking_ms: null,
    images: [],
    status: "streaming",
    model_name: selectedModel(state),
    usage: null,
    timings: null,
    notices: [],
    error: null,
    timestamp: new Date(at).toISOString(),
    versions: earlier.length === 0 ? [] : [...earlier, UNSAVED.reply],
    isSeenFromStart: true,
  };
}
